#include "plotter/curses/input.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Bytes passed on at once: each key costs a look at the history, and a long paste is to leave time
 * to draw. */
#define BATCH 64

#define ESCAPE '\033'
#define ESCAPE_WAIT_MS 25
#define HELD_NS (500 * NS_PER_MS) /* what follows later is something else */
#define X10_SIZE 6

enum sequence {
	SEQUENCE_WHOLE, /* or none */
	SEQUENCE_PART,
	SEQUENCE_MOUSE_PART,
};

int curses_input_open(struct curses_input *input)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	*input = (struct curses_input){ .file = fdopen(fds[0], "r"), .out = fds[1] };
	if (input->file)
		return 0;
	close(fds[0]);
	close(fds[1]);
	return -ENOMEM;
}

void curses_input_close(struct curses_input *input)
{
	if (!input->file)
		return;
	fclose(input->file);
	close(input->out);
	*input = (struct curses_input){ 0 };
}

/* What begins with an escape: "ESC [ M" and three bytes, or "ESC [ <", numbers and a letter, tell
 * of the mouse; "ESC [", numbers and a letter or "ESC O" and a letter of a key. */
static enum sequence sequence_of(const char *text, size_t length)
{
	bool mouse = length > 2 && text[2] == '<';

	if (length == 1)
		return SEQUENCE_PART;
	if (text[1] == 'O')
		return length == 2 ? SEQUENCE_PART : SEQUENCE_WHOLE;
	if (text[1] != '[')
		return SEQUENCE_WHOLE;
	if (length > 2 && text[2] == 'M')
		return length < X10_SIZE ? SEQUENCE_MOUSE_PART : SEQUENCE_WHOLE;
	for (size_t i = mouse ? 3 : 2; i < length; i++) {
		if (!strchr("0123456789;", text[i]) || i >= CURSES_HELD)
			return SEQUENCE_WHOLE;
	}
	return mouse ? SEQUENCE_MOUSE_PART : SEQUENCE_PART;
}

/* That at the end of @text: *ret_at is where it begins. */
static enum sequence last_sequence(const char *text, size_t length, size_t *ret_at)
{
	const char *escape = length ? memrchr(text, ESCAPE, length) : NULL;

	*ret_at = escape ? (size_t)(escape - text) : length;
	return escape ? sequence_of(escape, length - *ret_at) : SEQUENCE_WHOLE;
}

/* More bytes to @to: how many; -1: nobody will type any more. */
static ssize_t read_more(char *to, size_t room, int wait_ms)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t count;

	if (poll(&terminal, 1, wait_ms) <= 0)
		return 0;
	if (terminal.revents & (POLLHUP | POLLERR | POLLNVAL))
		return -1;
	count = read(STDIN_FILENO, to, room);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return count ? count : -1;
}

/* What was held, where it goes on in @text: else it is left out. */
static size_t drop_held(struct curses_input *input, char *text, size_t length)
{
	size_t held = input->length;

	input->length = 0;
	if (held == 0 || length == held)
		return length;
	if (clock_mono_ns() - input->held_ns < HELD_NS &&
	    (text[2] == 'M' || strchr("0123456789;Mm", text[held])))
		return length;
	memmove(text, text + held, length - held);
	return length - held;
}

static size_t hold(struct curses_input *input, const char *text, size_t length)
{
	size_t at;

	if (last_sequence(text, length, &at) != SEQUENCE_MOUSE_PART)
		return length;
	input->length = length - at < CURSES_HELD ? length - at : 0;
	memcpy(input->held, text + at, input->length);
	input->held_ns = clock_mono_ns();
	return at;
}

bool curses_input_waits(const struct curses_input *input)
{
	int waiting = 0;

	return ioctl(fileno(input->file), FIONREAD, &waiting) == 0 && waiting > 0;
}

bool curses_input_take(struct curses_input *input)
{
	char text[CURSES_HELD + 2 * BATCH];
	size_t length = input->length;
	ssize_t more;
	size_t at;

	if (curses_input_waits(input))
		return true;
	memcpy(text, input->held, length);
	more = read_more(text + length, BATCH, 0);
	if (more <= 0)
		return more == 0;
	length = drop_held(input, text, length + (size_t)more);
	if (last_sequence(text, length, &at) != SEQUENCE_WHOLE) {
		more = read_more(text + length, BATCH, ESCAPE_WAIT_MS);
		length += more > 0 ? (size_t)more : 0;
	}
	length = hold(input, text, length);
	/* less than a pipe takes at once, and it is empty */
	return write(input->out, text, length) >= 0 || errno == EAGAIN;
}
