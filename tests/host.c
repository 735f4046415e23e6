/*
 * Programs that are no easy hosts for a library; each emits numbered events:
 *	host nanomsg EVENTS	uses nanomsg itself meanwhile, and forks a child that emits as many
 *	host daemon EVENTS	closes every descriptor from 3 up, forks, leaves its session, closes
 *them again, opens files of its own, and at last looks whether they still are its own host closed
 *EVENTS	has no standard streams: what it opens first gets their numbers Prints a line for
 *each process: its pid, and the number of its events. `closed` says by its status that all is well.
 */
#include "client/memwatch.h"

#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES 16

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void emit(int from, int to)
{
	char label[16];

	for (int i = from; i <= to; i++) {
		snprintf(label, sizeof(label), "%d", i);
		mw_event(label);
		if (i % 50 == 0)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void report(FILE *out, int events)
{
	fprintf(out, "%d %d\n", (int)getpid(), events);
	fflush(out);
}

/* --- nanomsg */

/* A message there and back, by the host's own sockets. */
static void talk(const int sockets[2])
{
	for (int i = 0; i < 2; i++) {
		char text[8] = "";

		if (nn_send(sockets[i], "hello", 6, 0) != 6 ||
		    nn_recv(sockets[!i], text, sizeof(text), 0) != 6 || strcmp(text, "hello") != 0)
			fail("nanomsg");
	}
}

static void use_nanomsg(int events)
{
	int sockets[2] = { nn_socket(AF_SP, NN_PAIR), nn_socket(AF_SP, NN_PAIR) };
	pid_t pid;
	int status;

	if (nn_bind(sockets[0], "ipc://own.ipc") < 0 || nn_connect(sockets[1], "ipc://own.ipc") < 0)
		fail("nn_bind");
	for (int i = 0; i < 10; i++) {
		emit(events / 10 * i + 1, events / 10 * (i + 1));
		talk(sockets);
	}
	pid = fork();
	if (pid == 0) {
		emit(1, events);
		report(stdout, events);
		_exit(0);
	}
	talk(sockets);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("the child");
	nn_close(sockets[0]);
	nn_close(sockets[1]);
	report(stdout, events / 10 * 10);
}

/* --- daemon, closed */

static void open_own(int files[FILES], struct stat own[FILES])
{
	for (int i = 0; i < FILES; i++) {
		files[i] = open(i % 2 ? "/dev/null" : "own", O_RDWR | O_CREAT, 0600);
		if (files[i] < 0 || fstat(files[i], &own[i]) < 0)
			_exit(4);
	}
}

/* Nobody has closed them, nor written to them. */
static bool are_own(const int files[FILES], const struct stat own[FILES])
{
	struct stat now;

	for (int i = 0; i < FILES; i++) {
		if (fstat(files[i], &now) < 0 || now.st_dev != own[i].st_dev ||
		    now.st_ino != own[i].st_ino || now.st_size != own[i].st_size)
			return false;
	}
	return true;
}

static void be_daemon(int events)
{
	FILE *reported = NULL;
	struct stat own[FILES];
	int files[FILES];
	pid_t pid;

	emit(1, 10);
	mw_flush(5000); /* so that the library has sockets that can be closed */
	close_range(3, ~0U, 0);
	emit(11, events);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0) {
		report(stdout, events);
		exit(0);
	}
	setsid();
	emit(1, 10);
	close_range(3, ~0U, 0);
	open_own(files, own);
	emit(11, events);
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	reported = fopen("daemon", "w");
	if (!reported || !are_own(files, own))
		_exit(3);
	report(reported, events);
}

static void be_closed(int events)
{
	struct stat own[FILES];
	int files[FILES];

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	emit(1, 10);
	mw_flush(5000);
	open_own(files, own);
	emit(11, events);
	mw_flush(5000);
	if (!are_own(files, own))
		_exit(3);
}

int main(int argc, char **argv)
{
	int events = argc == 3 ? atoi(argv[2]) : 0;

	if (events < 20)
		return 2;
	if (strcmp(argv[1], "nanomsg") == 0)
		use_nanomsg(events);
	else if (strcmp(argv[1], "daemon") == 0)
		be_daemon(events);
	else if (strcmp(argv[1], "closed") == 0)
		be_closed(events);
	else
		return 2;
	return 0;
}
