#include "plotter/model/caption.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* Bytes and width of the character at @text. */
static size_t measure(const char *text, unsigned *ret_width)
{
	unsigned char lead = (unsigned char)text[0];
	size_t bytes = 1;

	while (((unsigned char)text[bytes] & 0xc0) == 0x80)
		bytes++;
	/* U+1100 starts with e1 84, U+2E80 with e2 ba: good enough to leave room by. */
	*ret_width = lead >= 0xe3 ? 2 : 1;
	return bytes;
}

unsigned caption_width(const char *text)
{
	unsigned total = 0;
	unsigned width;

	while (*text) {
		text += measure(text, &width);
		total += width;
	}
	return total;
}

/* Bytes at the start of @text that are at most @width wide. */
static size_t prefix(const char *text, unsigned width)
{
	size_t length = 0;
	unsigned used = 0;

	while (text[length]) {
		unsigned next_width;
		size_t bytes = measure(text + length, &next_width);

		if (used + next_width > width)
			break;
		used += next_width;
		length += bytes;
	}
	return length;
}

char *caption_clip(char to[CAPTION_ROOM], const char *text, unsigned width)
{
	char clean[4 * (CAPTION_WIDTH + 8) + 1];
	size_t length;

	if (width > CAPTION_WIDTH)
		width = CAPTION_WIDTH;
	text_clean(clean, sizeof(clean), text, strlen(text));
	length = prefix(clean, width);
	if (clean[length] == '\0')
		snprintf(to, CAPTION_ROOM, "%s", clean);
	else
		snprintf(to, CAPTION_ROOM, "%.*s" ELLIPSIS, (int)prefix(clean, width - 1), clean);
	return to;
}

char *caption_event(char to[CAPTION_ROOM], const char *category, const char *label, unsigned width)
{
	char text[TEXT_CATEGORY + TEXT_LABEL + 8];

	snprintf(text, sizeof(text), "%s%s%s", category, *category ? ": " : "", label);
	return caption_clip(to, text, width);
}
