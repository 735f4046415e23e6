#include "plotter/prompt.h"

#include <string.h>

#define CTRL_U 21
#define CTRL_W 23
#define ESCAPE 27
#define DELETE 127

void prompt_begin(struct prompt *prompt, enum prompt_kind kind, const char *text)
{
	prompt->kind = kind;
	text_copy(prompt->text, sizeof(prompt->text), text);
}

/* Bytes of the character that @lead begins; 0: none begins so. */
static unsigned size_of(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

static bool continues(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Where the last character begins, whole or not. */
static size_t last_character(const char *text, size_t length)
{
	while (length > 0 && continues((unsigned char)text[length - 1]))
		length--;
	return length ? length - 1 : 0;
}

/* Bytes that the last character still misses. */
static size_t missing(const char *text, size_t length)
{
	size_t at = last_character(text, length);
	size_t size = length ? size_of((unsigned char)text[at]) : 0;

	return size > length - at ? size - (length - at) : 0;
}

static void drop_unfinished(struct prompt *prompt)
{
	size_t length = strlen(prompt->text);

	if (missing(prompt->text, length))
		prompt->text[last_character(prompt->text, length)] = '\0';
}

static enum prompt_result erase(struct prompt *prompt)
{
	if (prompt->text[0] == '\0')
		return PROMPT_LEFT;
	prompt->text[last_character(prompt->text, strlen(prompt->text))] = '\0';
	return PROMPT_GOES_ON;
}

/* The last word, and what is between it and the end. */
static void erase_word(struct prompt *prompt)
{
	size_t length = strlen(prompt->text);

	while (length > 0 && prompt->text[length - 1] == ' ')
		length--;
	while (length > 0 && prompt->text[length - 1] != ' ')
		length--;
	prompt->text[length] = '\0';
}

/* A byte of a character of several: those that can't be one are not kept. */
static void add_continuation(struct prompt *prompt, char byte)
{
	size_t length = strlen(prompt->text);
	size_t at = last_character(prompt->text, length);
	uint32_t point = 0;

	if (!missing(prompt->text, length))
		return;
	prompt->text[length++] = byte;
	prompt->text[length] = '\0';
	if (missing(prompt->text, length))
		return;
	if (!text_decode(prompt->text + at, length - at, &point) || point < 0xa0)
		prompt->text[at] = '\0';
}

static void add(struct prompt *prompt, unsigned char byte)
{
	unsigned size = size_of(byte);
	size_t length;

	if (continues(byte)) {
		add_continuation(prompt, (char)byte);
		return;
	}
	drop_unfinished(prompt);
	length = strlen(prompt->text);
	if (size == 0 || length + size >= sizeof(prompt->text))
		return;
	prompt->text[length] = (char)byte;
	prompt->text[length + 1] = '\0';
}

enum prompt_result prompt_take(struct prompt *prompt, int byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		drop_unfinished(prompt);
		return PROMPT_ENTERED;
	case ESCAPE:
		return PROMPT_LEFT;
	case '\b':
	case DELETE:
		return erase(prompt);
	case CTRL_U:
		prompt->text[0] = '\0';
		return PROMPT_GOES_ON;
	case CTRL_W:
		erase_word(prompt);
		return PROMPT_GOES_ON;
	default:
		if (byte >= ' ' && byte <= 0xff)
			add(prompt, (unsigned char)byte);
		return PROMPT_GOES_ON;
	}
}
