#include "export/csv.h"

#include <stdbool.h>
#include <string.h>

static bool is_formula(const char *text)
{
	static const char *const starts[] = {
		"=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"
	};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static bool needs_quotes(const char *text, size_t length)
{
	return length > 0 &&
	       (text[0] == ' ' || text[length - 1] == ' ' || strpbrk(text, ",;\"") != NULL);
}

size_t csv_field(char *to, const char *text)
{
	char clean[TEXT_CLEAN_ROOM(TEXT_COMMAND + TEXT_LABEL) + 1];
	bool formula;
	bool quotes;
	size_t length;
	char *next = to;

	length = text_clean(clean, sizeof clean, text, strlen(text));
	formula = is_formula(clean + strspn(clean, " "));
	quotes = needs_quotes(clean, length);
	if (quotes)
		*next++ = '"';
	if (formula)
		*next++ = '\'';
	for (size_t i = 0; i < length; i++) {
		if (clean[i] == '"')
			*next++ = '"';
		*next++ = clean[i];
	}
	if (quotes)
		*next++ = '"';
	*next = '\0';
	return (size_t)(next - to);
}
