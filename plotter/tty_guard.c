#include "plotter/tty_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What goes through the pipe; smaller than PIPE_BUF, so whole. */
struct order {
	bool taken;
	struct termios before;
	struct termios ours;
	char reset[GUARD_RESET];
	size_t length;
};

/* Both of ours went through tcgetattr, so what is not told of them is the same. */
static bool is_as_we_set_it(int fd, const struct termios *ours)
{
	struct termios now;

	memset(&now, 0, sizeof(now));
	return tcgetattr(fd, &now) == 0 && now.c_iflag == ours->c_iflag &&
	       now.c_oflag == ours->c_oflag && now.c_cflag == ours->c_cflag &&
	       now.c_lflag == ours->c_lflag && memcmp(now.c_cc, ours->c_cc, sizeof(now.c_cc)) == 0;
}

/* A shell may have been faster: then it knows what it wants. */
static void give_back(int fd, const struct order *order)
{
	if (!is_as_we_set_it(fd, &order->ours))
		return;
	tcsetattr(fd, TCSANOW, &order->before);
	if (write(fd, order->reset, order->length) < 0)
		return; /* there is nobody to tell */
}

/* In a copy of a process that may have had threads: only what is safe in a signal handler. */
static _Noreturn void stand_guard(int pipe, int fd)
{
	struct order order = { .taken = false };
	struct order next;
	sigset_t all;

	sigfillset(&all); /* SIGTTOU too: it isn't in the terminal's foreground */
	sigprocmask(SIG_SETMASK, &all, NULL);
	setpgid(0, 0);
	prctl(PR_SET_NAME, "memwatch-guard");
	if (dup2(fd, 1) < 0 || dup2(pipe, 0) < 0) /* fd may be 0 */
		_exit(1);
	close_range(2, ~0U, 0);
	while (read(0, &next, sizeof(next)) == sizeof(next))
		order = next;
	if (order.taken)
		give_back(1, &order);
	_exit(0);
}

static bool start(struct guard *guard, int fd)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		stand_guard(fds[0], fd);
	close(fds[0]);
	if (pid < 0) {
		close(fds[1]);
		return false;
	}
	/* it is told little, and if it should not read that, we go on */
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	guard->pipe = fds[1];
	return true;
}

static void tell(const struct guard *guard, const struct order *order)
{
	if (guard->pipe && write(guard->pipe, order, sizeof(*order)) < 0)
		return; /* it was killed: there is none */
}

void guard_take(struct guard *guard, int fd, const struct termios *before, const char *reset,
		size_t length)
{
	struct order order;

	memset(&order, 0, sizeof(order));
	order.taken = true;
	order.before = *before;
	order.length = length < sizeof(order.reset) ? length : sizeof(order.reset);
	memcpy(order.reset, reset, order.length);
	if (tcgetattr(fd, &order.ours) < 0 || (!guard->pipe && !start(guard, fd)))
		return;
	tell(guard, &order);
}

void guard_release(struct guard *guard)
{
	struct order order;

	memset(&order, 0, sizeof(order));
	tell(guard, &order);
}
