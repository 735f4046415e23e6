#include "export/html/html_text.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

#include <inttypes.h>
#include <string.h>

/* Bytes of a text that are cleaned at a time. */
#define PIECE 256

typedef void (*put_fn)(FILE *out, char byte);

static void put_all(FILE *out, const char *text, put_fn put)
{
	size_t length = strlen(text);

	while (length > 0) {
		size_t piece = text_cut(text, length, PIECE);
		char clean[TEXT_CLEAN_ROOM(PIECE)];

		text_clean(clean, sizeof clean, text, piece);
		for (const char *next = clean; *next; next++)
			put(out, *next);
		text += piece;
		length -= piece;
	}
}

static void put_html(FILE *out, char byte)
{
	switch (byte) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		putc(byte, out);
	}
}

void html_text(FILE *out, const char *text)
{
	put_all(out, text, put_html);
}

static void put_json(FILE *out, char byte)
{
	if (byte == '<' || byte == '>' || byte == '&')
		fprintf(out, "\\u%04x", (unsigned)byte);
	else if (byte == '"' || byte == '\\')
		fprintf(out, "\\%c", byte);
	else
		putc(byte, out);
}

void html_json_text(FILE *out, const char *text)
{
	putc('"', out);
	put_all(out, text, put_json);
	putc('"', out);
}

void html_json_seconds(FILE *out, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t ns = to_ns < from_ns ? from_ns - to_ns : to_ns - from_ns;
	unsigned fraction = (unsigned)(ns % NS_PER_S);
	int digits = 9;

	fprintf(out, "%s%" PRIu64, to_ns < from_ns ? "-" : "", (uint64_t)(ns / NS_PER_S));
	if (fraction == 0)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	fprintf(out, ".%0*u", digits, fraction);
}

void html_base64(FILE *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t rest = length - i;
		unsigned bits = (unsigned)bytes[i] << 16;

		bits |= rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
		bits |= rest > 2 ? bytes[i + 2] : 0;
		putc(digits[bits >> 18], out);
		putc(digits[bits >> 12 & 63], out);
		putc(rest > 1 ? digits[bits >> 6 & 63] : '=', out);
		putc(rest > 2 ? digits[bits & 63] : '=', out);
	}
}

void html_time(FILE *out, uint64_t from_ns, uint64_t to_ns, uint64_t interval_ns)
{
	uint64_t ns = to_ns < from_ns ? from_ns - to_ns : to_ns - from_ns;
	unsigned fraction = (unsigned)(ns % NS_PER_S);
	char text[UNITS_TEXT];

	fprintf(out, "%s%s", to_ns < from_ns ? "-" : "", units_format_clock(text, ns));
	if (interval_ns < 10 * NS_PER_MS)
		fprintf(out, ".%06u", fraction / 1000);
	else
		fprintf(out, ".%03u", fraction / 1000000);
}
