#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longest that one character may become: \u202e, and its NUL. */
#define ESCAPE_ROOM 8

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Bytes of the character that starts with @lead; 0 where none does. */
static unsigned utf8_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

size_t text_cut(const char *text, size_t length, size_t max)
{
	size_t back;

	if (length <= max)
		return length;
	for (back = 0; back < 4 && back <= max; back++) {
		unsigned char byte = (unsigned char)text[max - back];

		if (!is_continuation(byte))
			return utf8_length(byte) > back ? max - back : max;
	}
	return max; /* no character of UTF-8 is longer than that */
}

size_t text_copy(char *to, size_t size, const char *from)
{
	size_t length;

	if (size == 0)
		return 0;
	length = text_cut(from, strnlen(from, size), size - 1);
	memcpy(to, from, length);
	to[length] = '\0';
	return length;
}

unsigned text_decode(const void *text, size_t length, uint32_t *ret_point)
{
	const unsigned char *from = text;
	static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned bytes = utf8_length(from[0]);
	uint32_t point;

	if (bytes == 0 || bytes > length)
		return 0;
	point = from[0] & lead_bits[bytes];
	for (unsigned i = 1; i < bytes; i++) {
		if (!is_continuation(from[i]))
			return 0;
		point = point << 6 | (from[i] & 0x3f);
	}
	if (point < least[bytes] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return bytes;
}

size_t text_utf8(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);
	size_t written = 0;

	while (length > 0) {
		const char *piece = from;
		uint32_t point;
		unsigned bytes = text_decode(from, length, &point);
		size_t piece_size = bytes;

		if (bytes == 0) {
			bytes = 1;
			piece = "\xef\xbf\xbd";
			piece_size = 3;
		}
		if (piece_size >= size - written)
			break;
		memcpy(to + written, piece, piece_size);
		written += piece_size;
		from += bytes;
		length -= bytes;
	}
	to[written] = '\0';
	return written;
}

bool text_is_unsafe(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x061c ||
	       point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069) || point == 0xfeff || point == 0xfffe ||
	       point == 0xffff;
}

static size_t escape(char to[ESCAPE_ROOM], uint32_t point)
{
	if (point == '\n' || point == '\t')
		return (size_t)snprintf(to, ESCAPE_ROOM, "\\%c", point == '\n' ? 'n' : 't');
	if (point < 0x80)
		return (size_t)snprintf(to, ESCAPE_ROOM, "\\x%02x", (unsigned)point);
	return (size_t)snprintf(to, ESCAPE_ROOM, "\\u%04x", (unsigned)point & 0xffff);
}

size_t text_clean(char *to, size_t size, const char *from, size_t length)
{
	const unsigned char *next = (const unsigned char *)from;
	const unsigned char *end = next + length;
	size_t written = 0;

	if (size == 0)
		return 0;
	while (next < end) {
		char escaped[ESCAPE_ROOM];
		const void *piece = next;
		uint32_t point;
		unsigned bytes = text_decode(next, (size_t)(end - next), &point);
		size_t piece_size = bytes;

		if (bytes == 0) {
			bytes = 1;
			piece = escaped;
			piece_size = (size_t)snprintf(escaped, sizeof(escaped), "\\x%02x", *next);
		} else if (text_is_unsafe(point)) {
			piece = escaped;
			piece_size = escape(escaped, point);
		}
		if (piece_size >= size - written)
			break;
		memcpy(to + written, piece, piece_size);
		written += piece_size;
		next += bytes;
	}
	to[written] = '\0';
	return written;
}
