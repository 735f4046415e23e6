/*
 * Colours. Backgrounds are the terminal's own, so the lines' have to be read on black and on white:
 * of 256 colours those of middle brightness nearest to Okabe and Ito's, which colour-blind people
 * tell apart (https://jfly.uni-koeln.de/color/); of 8 the ones in which red and green don't meet.
 */
#include "plotter/curses/curses.h"
#include "analysis/total.h"

#include <stdlib.h>

static const short of_256[] = { 32, 166, 36, 169, 136, 74, 131, 244 };
static const short of_8[] = { COLOR_CYAN, COLOR_YELLOW, COLOR_MAGENTA, COLOR_BLUE, COLOR_GREEN };

static void set_lines(struct curses_view *view, const short *colours, int count, short background)
{
	view->colours = count;
	for (int i = 0; i < count; i++)
		init_pair((short)(COLOUR_LINES + i), colours[i], background);
}

void curses_set_colours(struct curses_view *view)
{
	const char *refused = getenv("NO_COLOR");
	short background = -1;

	if ((refused && refused[0]) || !has_colors() || start_color() == ERR || COLORS < 8)
		return;
	if (use_default_colors() == ERR)
		background = COLOR_BLACK;
	init_pair(COLOUR_MARK, COLORS >= 256 ? 172 : COLOR_YELLOW, background);
	init_pair(COLOUR_ALERT, COLORS >= 256 ? 160 : COLOR_RED, background);
	if (COLORS >= 256)
		set_lines(view, of_256, sizeof(of_256) / sizeof(of_256[0]), background);
	else
		set_lines(view, of_8, sizeof(of_8) / sizeof(of_8[0]), background);
}

attr_t curses_colour(const struct curses_view *view, enum curses_colour colour)
{
	return view->colours ? (attr_t)COLOR_PAIR(colour) : A_NORMAL;
}

attr_t curses_line_colour(const struct curses_view *view, uint32_t line)
{
	if (line == TOTAL_LINE) /* the terminal's own */
		return A_NORMAL;
	if (view->colours == 0 || line == LINE_SESSION)
		return curses_colour(view, COLOUR_MARK);
	return (attr_t)COLOR_PAIR(COLOUR_LINES + (int)((line - 1) % (uint32_t)view->colours));
}
