#include "export/chrome.h"

#include "base/digits.h"
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

/* "12345678.901": microseconds. */
static char *put_time(char *to, uint64_t t_ns)
{
	unsigned rest = (unsigned)(t_ns % 1000);

	to = digits_number(to, t_ns / 1000);
	*to++ = '.';
	*to++ = (char)('0' + rest / 100);
	*to++ = (char)('0' + rest / 10 % 10);
	*to++ = (char)('0' + rest % 10);
	return to;
}

static char *put_text(char *to, const char *text)
{
	size_t length = strlen(text);

	memcpy(to, text, length);
	return to + length;
}

/* An object whose members are put behind these: "ph", "pid", and "ts" but for those of no time. */
static void begin_object(struct chrome *chrome, char phase, uint32_t pid)
{
	fprintf(chrome->out, "%s\n{\"ph\":\"%c\",\"pid\":%" PRIu32, chrome->begun ? "," : "", phase,
		pid);
	chrome->begun = true;
}

void chrome_event(struct chrome *chrome, char phase, uint32_t pid, uint64_t t_ns)
{
	char time[DIGITS_ROOM];
	char *end = put_time(time, t_ns);

	begin_object(chrome, phase, pid);
	fprintf(chrome->out, ",\"tid\":%" PRIu32 ",\"ts\":%.*s", pid, (int)(end - time), time);
}

void chrome_metadata(struct chrome *chrome, uint32_t pid, const char *what, const char *key,
		     const char *text)
{
	begin_object(chrome, 'M', pid);
	fprintf(chrome->out, ",\"name\":\"%s\",\"args\":{\"%s\":", what, key);
	json_string(chrome->out, text);
	fputs("}}", chrome->out);
}

void chrome_order(struct chrome *chrome, uint32_t pid, uint32_t line)
{
	begin_object(chrome, 'M', pid);
	fprintf(chrome->out,
		",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":%" PRIu32 "}}", line);
}

/* Most events are these: no printf. */
void chrome_counter(struct chrome *chrome, const char *name, uint32_t pid, uint64_t t_ns,
		    uint64_t bytes)
{
	char text[4 * DIGITS_ROOM + 64];
	char *end = text;

	end = put_text(end,
		       chrome->begun ? ",\n{\"ph\":\"C\",\"pid\":" : "\n{\"ph\":\"C\",\"pid\":");
	end = digits_number(end, pid);
	end = put_text(end, ",\"ts\":");
	end = put_time(end, t_ns);
	end = put_text(end, ",\"name\":\"");
	end = put_text(end, name);
	end = put_text(end, "\",\"args\":{\"bytes\":");
	end = digits_number(end, bytes);
	end = put_text(end, "}}");
	fwrite_unlocked(text, 1, (size_t)(end - text), chrome->out);
	chrome->begun = true;
}

/* Of what is known, as the last member: no key where nothing is. */
void chrome_end_args(struct chrome *chrome, const char *key, uint64_t bytes, const char *more)
{
	const char *comma = bytes && more[0] ? "," : "";

	fputs(",\"args\":{", chrome->out);
	if (bytes)
		fprintf(chrome->out, "\"%s\":%" PRIu64, key, bytes);
	fprintf(chrome->out, "%s%s}}", comma, more);
}
