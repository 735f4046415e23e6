#include "plotter/gnuplot/glyphs.h"

#include "base/text.h"
#include "plotter/gnuplot/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define POINTS 0x110000u

/* Where fc-list is missing or has no answer. */
#define USUAL "20-52f 2010-2027 fffd"

/* fc-list takes milliseconds; where its cache is to be made again, seconds. */
#define LIMIT_MS 20000

#define SAID_LIMIT (64L << 20)

struct glyphs {
	uint8_t bits[POINTS / 8];
};

/* --- what there is */

static bool has(const struct glyphs *glyphs, uint32_t point)
{
	return glyphs->bits[point / 8] >> (point % 8) & 1;
}

static void add_range(struct glyphs *glyphs, uint32_t first, uint32_t last)
{
	for (uint32_t point = first; point <= last && point < POINTS; point++)
		glyphs->bits[point / 8] |= (uint8_t)(1u << (point % 8));
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The number at *@at, which is moved behind it; false where none of at most 6 digits is there. */
static bool take_number(const char **at, const char *end, uint32_t *ret_number)
{
	const char *start = *at;

	*ret_number = 0;
	for (; *at < end && digit(**at) >= 0 && *at - start < 7; (*at)++)
		*ret_number = *ret_number << 4 | (uint32_t)digit(**at);
	return *at > start && *at - start <= 6;
}

static void add_word(struct glyphs *glyphs, const char *at, const char *end)
{
	uint32_t first;
	uint32_t last;

	if (!take_number(&at, end, &first))
		return;
	last = first;
	if (at < end && (*at++ != '-' || !take_number(&at, end, &last)))
		return;
	if (at == end)
		add_range(glyphs, first, last);
}

struct glyphs *glyphs_parse(const char *text, size_t length)
{
	struct glyphs *glyphs = calloc(1, sizeof(*glyphs));
	const char *end = text + length;

	while (glyphs && text < end) {
		const char *word = text;

		while (text < end && *text != ' ' && *text != '\n')
			text++;
		add_word(glyphs, word, text++);
	}
	return glyphs;
}

void glyphs_free(struct glyphs *glyphs)
{
	free(glyphs);
}

/* --- asking */

/* fc-list's output to @fd: 0 or a negative errno. */
static int ask(int fd)
{
	static const char *const arguments[] = { "--format", "%{charset}\n", NULL };
	const struct gnuplot_start start = { .program = "fc-list",
					     .arguments = arguments,
					     .in_fd = -1,
					     .out_fd = fd,
					     .script_fd = -1 };
	struct gnuplot child;
	int status;
	int error = gnuplot_start(&child, &start);

	if (error)
		return error;
	error = gnuplot_wait(&child, LIMIT_MS, &status);
	gnuplot_stop(&child);
	return error;
}

static void *map(int fd, int protection, size_t *ret_length)
{
	struct stat stat;
	void *data;

	*ret_length = 0;
	if (fstat(fd, &stat) < 0 || stat.st_size <= 0)
		return NULL;
	data = mmap(NULL, (size_t)stat.st_size, protection, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return NULL;
	*ret_length = (size_t)stat.st_size;
	return data;
}

struct glyphs *glyphs_here(void)
{
	int fd = memfd_create("memwatch-fonts", MFD_CLOEXEC);
	struct glyphs *glyphs = NULL;
	size_t length = 0;
	char *said = NULL;

	if (fd >= 0 && ask(fd) == 0)
		said = map(fd, PROT_READ, &length);
	if (said && length < SAID_LIMIT)
		glyphs = glyphs_parse(said, length);
	if (said)
		munmap(said, length);
	if (fd >= 0)
		close(fd);
	if (glyphs && has(glyphs, 'a'))
		return glyphs;
	glyphs_free(glyphs);
	return glyphs_parse(USUAL, strlen(USUAL));
}

/* --- replacing */

size_t glyphs_replace(const struct glyphs *glyphs, char *text, size_t length)
{
	size_t to = 0;

	for (size_t from = 0; from < length;) {
		uint32_t point = 0;
		unsigned size = text_decode(text + from, length - from, &point);

		if (size == 1 || (size > 1 && has(glyphs, point))) {
			memmove(text + to, text + from, size);
			to += size;
		} else {
			text[to++] = '?';
		}
		from += size ? size : 1;
	}
	return to;
}

static bool is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

int glyphs_fit(int fd)
{
	size_t length;
	char *text = map(fd, PROT_READ | PROT_WRITE, &length);
	struct glyphs *glyphs;
	size_t left;

	if (!text)
		return -ENOMEM;
	if (is_ascii(text, length)) {
		munmap(text, length);
		return 0;
	}
	glyphs = glyphs_here();
	left = glyphs ? glyphs_replace(glyphs, text, length) : length;
	munmap(text, length);
	if (!glyphs)
		return -ENOMEM;
	glyphs_free(glyphs);
	return ftruncate(fd, (off_t)left) < 0 ? -errno : 0;
}
