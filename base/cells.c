#include "base/cells.h"

#include "base/text.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

/* Bytes kept of a text before it is cut: more than any that a record carries. */
#define TEXT_KEPT 512

struct cell {
	const char *text; /* a character, then what combines with it */
	size_t size;
	unsigned width;
};

bool cells_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The character at @text: its bytes, and its columns, which the locale may not know: 1 then. */
static size_t read_character(const char *text, unsigned *ret_width)
{
	mbstate_t state = { 0 };
	size_t size = 1;
	wchar_t wide;
	int width;

	*ret_width = 1;
	if ((unsigned char)text[0] < 0x80)
		return 1;
	while (((unsigned char)text[size] & 0xc0) == 0x80)
		size++;
	if (mbrtowc(&wide, text, size, &state) == size) {
		width = wcwidth(wide);
		*ret_width = width < 0 ? 1 : (unsigned)width;
	}
	return size;
}

static bool next_cell(const char **text, struct cell *ret_cell)
{
	const char *end = *text;

	if (*end == '\0')
		return false;
	end += read_character(end, &ret_cell->width);
	while (*end) {
		unsigned width;
		size_t size = read_character(end, &width);

		if (width > 0)
			break;
		end += size;
	}
	ret_cell->text = *text;
	ret_cell->size = (size_t)(end - *text);
	*text = end;
	return true;
}

static void clean(char to[TEXT_CLEAN_ROOM(TEXT_KEPT)], const char *text)
{
	text_clean(to, TEXT_CLEAN_ROOM(TEXT_KEPT), text, strnlen(text, TEXT_KEPT));
}

static unsigned clean_width(const char *text)
{
	unsigned width = 0;
	struct cell cell;

	while (next_cell(&text, &cell))
		width += cell.width;
	return width;
}

unsigned cells_width(const char *text)
{
	char cleaned[TEXT_CLEAN_ROOM(TEXT_KEPT)];

	clean(cleaned, text);
	return clean_width(cleaned);
}

static char *put(char *to, const char *text, size_t size)
{
	memcpy(to, text, size);
	return to + size;
}

static char *put_spaces(char *to, unsigned count)
{
	memset(to, ' ', count);
	return to + count;
}

/* As many cells as fit @width columns and the room; the rest is left for the ellipsis and for
 * padding. */
static char *put_cells(char *to, size_t room, const char *text, unsigned *width, int style)
{
	struct cell cell;

	while (next_cell(&text, &cell) && cell.width <= *width) {
		if (style & CELLS_ASCII && (unsigned char)cell.text[0] >= 0x80) {
			cell.text = "??";
			cell.size = cell.width;
		}
		if (cell.size + *width >= room)
			break;
		to = put(to, cell.text, cell.size);
		room -= cell.size;
		*width -= cell.width;
	}
	return to;
}

char *cells_fit(char to[CELLS_ROOM], const char *text, unsigned width, int style)
{
	const char *ellipsis = style & CELLS_ASCII ? "~" : "…";
	char cleaned[TEXT_CLEAN_ROOM(TEXT_KEPT)];
	unsigned left = width > CELLS_MAX ? CELLS_MAX : width;
	unsigned wanted;
	char *end = to;

	clean(cleaned, text);
	wanted = clean_width(cleaned);
	if (wanted > left && left > 0) {
		left--;
		end = put_cells(end, CELLS_ROOM - 4, cleaned, &left, style);
		end = put(end, ellipsis, strlen(ellipsis));
	} else if (left > 0) {
		if (style & CELLS_RIGHT) {
			end = put_spaces(end, left - wanted);
			left = wanted;
		}
		end = put_cells(end, (size_t)(to + CELLS_ROOM - end), cleaned, &left, style);
	}
	end = put_spaces(end, left);
	*end = '\0';
	return to;
}
