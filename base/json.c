#include "base/json.h"

#include <inttypes.h>
#include <stdbool.h>

/* Bytes of the UTF-8 character at @text, NUL-ended; 0 where there is none (Unicode, table 3-7). */
static unsigned character_length(const unsigned char *text)
{
	unsigned char lead = text[0];
	unsigned char least = 0x80;
	unsigned char most = 0xbf;
	unsigned length;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (lead == 0xe0)
		least = 0xa0; /* below: overlong */
	else if (lead == 0xed)
		most = 0x9f; /* above: a surrogate */
	else if (lead == 0xf0)
		least = 0x90; /* below: overlong */
	else if (lead == 0xf4)
		most = 0x8f; /* above: past U+10FFFF */
	if (text[1] < least || text[1] > most)
		return 0;
	for (unsigned i = 2; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

static bool is_c1_control(const unsigned char *text)
{
	return text[0] == 0xc2 && text[1] < 0xa0;
}

static void put_character(FILE *out, const unsigned char *text, unsigned length)
{
	if (text[0] == '"' || text[0] == '\\')
		fprintf(out, "\\%c", text[0]);
	else if (text[0] < 0x20 || text[0] == 0x7f)
		fprintf(out, "\\u%04x", text[0]);
	else if (length == 2 && is_c1_control(text))
		fprintf(out, "\\u%04x", text[1]);
	else
		fwrite(text, 1, length, out);
}

void json_string(FILE *out, const char *text)
{
	const unsigned char *next = (const unsigned char *)text;

	putc('"', out);
	while (*next) {
		unsigned length = character_length(next);

		if (length > 0)
			put_character(out, next, length);
		else
			fputs("\xef\xbf\xbd", out);
		next += length > 0 ? length : 1;
	}
	putc('"', out);
}

void json_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	json_string(out, text);
}

void json_number(FILE *out, const char *key, uint64_t number)
{
	fprintf(out, ",\"%s\":%" PRIu64, key, number);
}

void json_null(FILE *out, const char *key)
{
	fprintf(out, ",\"%s\":null", key);
}
