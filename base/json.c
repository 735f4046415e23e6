#include "base/json.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

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
	const unsigned char *end = next + strlen(text);

	putc('"', out);
	while (next < end) {
		uint32_t point;
		unsigned length = text_decode(next, (size_t)(end - next), &point);

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
