/*
 * Programs that fork, exec, and are interrupted while they emit numbered events:
 *	forks tree CHILDREN EVENTS	two threads emit EVENTS each; meanwhile CHILDREN are forked
 *at once, each of which emits EVENTS and forks one that emits EVENTS too forks loop CHILDREN EVENTS
 *one thread emits EVENTS; another forks CHILDREN, one after the other, which emit 10 each forks
 *exec EVENTS		emits EVENTS, becomes a shell that lists its descriptors, then itself again,
 *					which emits as many more
 *	forks signals EVENTS		a timer's handler emits, at 10 kHz, beside the program:
 *EVENTS in all Each prints lines of a pid, its parent's, and the number of its events.
 */
#include "client/memwatch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN_MAX 64
#define LOOP_EVENTS 10

/* Of this process: a signal handler's too. */
static _Atomic unsigned long emitted;

/* snprintf is no function for handlers. */
static void emit_next(void)
{
	unsigned long number = atomic_fetch_add(&emitted, 1) + 1;
	char label[24];
	char *at = label + sizeof(label) - 1;

	for (*at = '\0'; number > 0; number /= 10)
		*--at = (char)('0' + number % 10);
	mw_event(at);
}

static void emit(unsigned long events)
{
	for (unsigned long i = 0; i < events; i++)
		emit_next();
}

static void pause_us(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

/* In one write, so that the lines of many don't mix. */
static void report(void)
{
	char line[64];
	int size = snprintf(line, sizeof(line), "%d %d %lu\n", (int)getpid(), (int)getppid(),
			    atomic_load(&emitted));

	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		_exit(1);
}

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void join(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("a child");
}

static void *emit_slowly(void *arg)
{
	for (unsigned long i = *(unsigned long *)arg; i > 0; i--) {
		emit_next();
		if (i % 64 == 0)
			pause_us(100);
	}
	return NULL;
}

/* --- tree */

static _Noreturn void be_grandchild(unsigned long events)
{
	emitted = 0;
	emit(events);
	report();
	_exit(0);
}

static _Noreturn void be_child(unsigned long events)
{
	pid_t pid;

	emitted = 0;
	emit(events / 2);
	pid = fork();
	if (pid < 0)
		_exit(1);
	if (pid == 0)
		be_grandchild(events);
	emit(events - events / 2);
	join(pid);
	report();
	_exit(0);
}

static void tree(int children, unsigned long events)
{
	pthread_t threads[2];
	pid_t pids[CHILDREN_MAX];

	for (int i = 0; i < 2; i++) {
		if (pthread_create(&threads[i], NULL, emit_slowly, &events) != 0)
			fail("pthread_create");
	}
	for (int i = 0; i < children; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			fail("fork");
		if (pids[i] == 0)
			be_child(events);
	}
	for (int i = 0; i < children; i++)
		join(pids[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* --- loop */

static void loop(int children, unsigned long events)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, emit_slowly, &events) != 0)
		fail("pthread_create");
	for (int i = 0; i < children; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0)
			be_grandchild(LOOP_EVENTS);
		join(pid);
	}
	pthread_join(thread, NULL);
}

/* --- exec */

static void become_shell(unsigned long events)
{
	char path[4096] = "";
	char number[24];

	emit(events);
	/* The pump gets a socket meanwhile. */
	mw_flush(5000);
	snprintf(number, sizeof(number), "%lu", events);
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		fail("readlink");
	execl("/bin/sh", "sh", "-c",
	      "ls -l /proc/$$/fd >fds; cat /proc/$$/maps >maps; exec \"$0\" again \"$1\"", path,
	      number, (char *)NULL);
	fail("exec");
}

/* --- signals */

static unsigned long wanted;

static void on_alarm(int number)
{
	int kept_errno = errno;

	(void)number;
	errno = E2BIG;
	if (atomic_load(&emitted) < wanted)
		emit_next();
	if (errno != E2BIG)
		_exit(3);
	errno = kept_errno;
}

static void be_interrupted(unsigned long events)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	const struct itimerval each = { { 0, 100 }, { 0, 100 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	wanted = events / 2;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
	while (atomic_load(&emitted) < events / 2)
		emit_next();
	wanted = events;
	while (atomic_load(&emitted) < events)
		;
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	int children = argc > 3 ? atoi(argv[2]) : 0;
	unsigned long events = strtoul(argv[argc - 1], NULL, 10);

	if (children > CHILDREN_MAX && strcmp(how, "tree") == 0)
		return 2;
	mw_register(how);
	if (strcmp(how, "tree") == 0)
		tree(children, events);
	else if (strcmp(how, "loop") == 0)
		loop(children, events);
	else if (strcmp(how, "exec") == 0)
		become_shell(events);
	else if (strcmp(how, "signals") == 0)
		be_interrupted(events);
	else if (strcmp(how, "again") == 0)
		emit(events);
	else
		return 2;
	report();
	return 0;
}
