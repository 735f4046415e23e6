#include "base/json.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* All that are unsafe are below 0x10000. */
static void put_character(FILE *out, const unsigned char *text, unsigned length, uint32_t point)
{
	if (text[0] == '"' || text[0] == '\\')
		fprintf(out, "\\%c", text[0]);
	else if (text_is_unsafe(point))
		fprintf(out, "\\u%04x", (unsigned)point);
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
			put_character(out, next, length, point);
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
