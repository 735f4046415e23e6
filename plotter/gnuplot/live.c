#include "plotter/gnuplot/gnuplot.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASK_MS 10000
#define LIST_LIMIT 16384

/* Where gnuplot has its descriptors. */
#define DATA_FD GNUPLOT_MORE_FD
#define ANSWER_FD (GNUPLOT_MORE_FD + 2)
#define ANSWERS "/dev/fd/6"

static int say_missing(int error)
{
	if (error == -ENOENT)
		log_error("cannot start gnuplot: it is not installed (apt install gnuplot-nox, or "
			  "gnuplot-qt for windows)");
	else
		log_error("cannot start gnuplot: %s", strerror(-error));
	return error;
}

/* --- asking for its terminals */

static char *read_list(int fd)
{
	char *text = calloc(1, LIST_LIMIT + 1);

	if (text && pread(fd, text, LIST_LIMIT, 0) < 0)
		text[0] = '\0';
	return text;
}

char *link_terminals(void)
{
	static const char *const arguments[] = { "-e", "set print '-'; print GPVAL_TERMINALS",
						 NULL };
	struct gnuplot_start start = { .arguments = arguments, .in_fd = -1, .script_fd = -1 };
	struct gnuplot child;
	char *list = NULL;
	int status;
	int error;

	start.out_fd = memfd_create("memwatch-terminals", MFD_CLOEXEC);
	error = start.out_fd < 0 ? -errno : gnuplot_start(&child, &start);
	if (error) {
		say_missing(error);
	} else if (gnuplot_wait(&child, ASK_MS, &status) < 0) {
		gnuplot_stop(&child);
		log_error("cannot use gnuplot: it does not answer");
	} else {
		list = read_list(start.out_fd);
		if (!list || !strchr(list, ' ')) {
			log_error("cannot use gnuplot: it does not tell its terminals");
			free(list);
			list = NULL;
		}
	}
	if (start.out_fd >= 0)
		close(start.out_fd);
	return list;
}

/* --- opening and closing */

static int watch(const struct link *link, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(link->poll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int watch_all(const struct link *link)
{
	int error = watch(link, link->answer_fd);

	if (!error)
		error = watch(link, link->child.error_fd);
	if (!error)
		error = watch(link, link->child.pidfd);
	return error;
}

static int open_memory(struct link *link)
{
	link->script_fd = memfd_create("memwatch-script", MFD_CLOEXEC);
	link->data_fds[0] = memfd_create("memwatch-data", MFD_CLOEXEC);
	link->data_fds[1] = memfd_create("memwatch-data", MFD_CLOEXEC);
	link->drawn_fd = memfd_create("memwatch-drawn", MFD_CLOEXEC);
	link->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (link->script_fd < 0 || link->data_fds[0] < 0 || link->data_fds[1] < 0 ||
	    link->drawn_fd < 0 || link->poll_fd < 0)
		return -errno;
	return 0;
}

static int start(struct link *link, bool windows)
{
	static const char *const arguments[] = { NULL };
	int commands[2] = { -1, -1 };
	int answers[2] = { -1, -1 };
	int error = -EMFILE;

	if (pipe2(commands, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0) {
		const int more[] = { link->data_fds[0], link->data_fds[1], answers[1] };
		const struct gnuplot_start start = { .arguments = arguments,
						     .in_fd = commands[0],
						     .out_fd = link->drawn_fd,
						     .script_fd = link->script_fd,
						     .more_fds = more,
						     .more_count = 3,
						     .kept = windows };

		error = gnuplot_start(&link->child, &start);
	}
	link->command_fd = commands[1];
	link->answer_fd = answers[0];
	if (commands[0] >= 0)
		close(commands[0]);
	if (answers[1] >= 0)
		close(answers[1]);
	return error;
}

int link_open(struct link *link, bool windows)
{
	int error;

	*link = (struct link){ .child = { .pidfd = -1, .error_fd = -1 },
			       .command_fd = -1,
			       .answer_fd = -1,
			       .data_fds = { -1, -1 } };
	error = open_memory(link);
	if (!error)
		error = start(link, windows);
	if (!error)
		error = watch_all(link);
	if (error)
		return say_missing(error);
	fcntl(link->command_fd, F_SETFL, O_NONBLOCK);
	fcntl(link->answer_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

void link_close(struct link *link)
{
	const int fds[] = { link->command_fd,  link->answer_fd,	  link->poll_fd, link->script_fd,
			    link->data_fds[0], link->data_fds[1], link->drawn_fd };

	gnuplot_stop(&link->child);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* --- sending */

unsigned link_data_fd(const struct link *link)
{
	return DATA_FD + link->sent % 2;
}

static int write_all(int fd, const void *bytes, size_t length)
{
	size_t done = 0;

	if (ftruncate(fd, 0) < 0)
		return -errno;
	while (done < length) {
		ssize_t size = pwrite(fd, (const char *)bytes + done, length - done, (off_t)done);

		if (size < 0 && errno != EINTR)
			return -errno;
		done += size > 0 ? (size_t)size : 0;
	}
	return 0;
}

/* `drawn` is said by the script where nothing in it fails, `done` in any case. */
static int send_line(struct link *link)
{
	char text[512];
	int length = snprintf(
		text, sizeof(text),
		"%sload '" GNUPLOT_SCRIPT "'\n"
		"print sprintf('done %llu %%.17g %%.17g', exists('GPVAL_TERM_XMAX') ? "
		"GPVAL_TERM_XMAX - GPVAL_TERM_XMIN : 0, exists('GPVAL_TERM_YMAX') ? "
		"GPVAL_TERM_YMAX - GPVAL_TERM_YMIN : 0)\n",
		link->sent ? "" : "set print '" ANSWERS "'\n", (unsigned long long)link->sent + 1);
	ssize_t size = write(link->command_fd, text, (size_t)length);

	if (size == length)
		return 0;
	return size < 0 ? -errno : -EPIPE;
}

int link_send(struct link *link, const struct gnuplot_data *data, const char *script, size_t length)
{
	int error = write_all(link->script_fd, script, length);

	if (!error && data)
		error = write_all(link->data_fds[link->sent % 2], data->numbers,
				  data->count * sizeof(data->numbers[0]));
	link->child.said_length = 0;
	link->drawn = false;
	if (!error)
		error = send_line(link);
	if (error)
		return error;
	link->sent++;
	link->state = LINK_BUSY;
	return 0;
}

/* --- listening */

static void take_answer(struct link *link, const char *line)
{
	unsigned long long number;
	double width, height;

	if (strcmp(line, "closed") == 0)
		link->state = LINK_CLOSED;
	else if (strcmp(line, "drawn") == 0)
		link->drawn = true;
	else if (link->state == LINK_BUSY &&
		 sscanf(line, "done %llu %lf %lf", &number, &width, &height) == 3 &&
		 number == link->sent) {
		link->state = LINK_IDLE;
		link->width = width;
		link->height = height;
	}
}

static void take_bytes(struct link *link, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\n') {
			if (link->line_length + 1 < sizeof(link->line))
				link->line[link->line_length++] = bytes[i];
			continue;
		}
		link->line[link->line_length] = '\0';
		link->line_length = 0;
		take_answer(link, link->line);
	}
}

static void take_answers(struct link *link)
{
	char buffer[1024];
	ssize_t length;

	while ((length = read(link->answer_fd, buffer, sizeof(buffer))) > 0)
		take_bytes(link, buffer, (size_t)length);
	if (length == 0) /* else it would be readable for ever */
		epoll_ctl(link->poll_fd, EPOLL_CTL_DEL, link->answer_fd, NULL);
}

/* An X server or a window that is killed ends gnuplot_x11, which gnuplot lives on without, eating a
 * letter of each command. What it says of that stays as the last it said. */
static bool has_lost_display(struct link *link)
{
	static const char *const words[] = { "unable to open display", "X connection to",
					     "X11 aborted" };
	struct gnuplot *child = &link->child;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *found =
			memmem(child->said, child->said_length, words[i], strlen(words[i]));
		const char *end = child->said + child->said_length;

		if (!found)
			continue;
		while (found < end && *found != '\n')
			found++;
		child->said_length = (size_t)(found - child->said);
		return true;
	}
	return false;
}

static void look(struct link *link)
{
	int status;

	take_answers(link);
	if (link->state == LINK_CLOSED || link->state == LINK_DEAD)
		return;
	if (gnuplot_wait(&link->child, 0, &status) == 0) {
		take_answers(link);
		if (link->state != LINK_CLOSED)
			link->state = LINK_DEAD;
		if (!link->child.said_length && WIFSIGNALED(status))
			link->child.said_length =
				(size_t)snprintf(link->child.said, sizeof(link->child.said),
						 "killed by signal %d", WTERMSIG(status));
	} else if (has_lost_display(link)) {
		gnuplot_stop(&link->child);
		link->state = LINK_DEAD;
	}
}

enum link_state link_listen(struct link *link, int timeout_ms)
{
	uint64_t until_ns = clock_mono_ns() + (uint64_t)timeout_ms * NS_PER_MS;

	for (;;) {
		struct pollfd event = { .fd = link->poll_fd, .events = POLLIN };
		uint64_t now_ns;

		look(link);
		now_ns = clock_mono_ns();
		if (link->state != LINK_BUSY || now_ns >= until_ns)
			return link->state;
		poll(&event, 1, (int)((until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS));
	}
}

char *link_why(const struct link *link, char text[GNUPLOT_WHY])
{
	gnuplot_said(&link->child, text, GNUPLOT_WHY);
	if (!text[0])
		snprintf(text, GNUPLOT_WHY, "it says nothing");
	return text;
}
