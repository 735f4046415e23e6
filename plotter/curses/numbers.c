/*
 * The numbers of the selected process, above the chart.
 */
#include "base/clock.h"
#include "base/units.h"
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>

/* What is being told, and where. */
struct telling {
	const struct curses_view *view;
	const struct row *row;
	unsigned at;
};

static bool tell(struct telling *telling, const char *text, attr_t attributes)
{
	const struct curses_view *view = telling->view;

	return curses_put_piece(view, view->layout.numbers.at, &telling->at, view->layout.width,
				text, attributes);
}

static void tell_name(struct telling *telling)
{
	const struct row *row = telling->row;
	const char *name = history_name_at(row->line, telling->view->now_ns).name;
	attr_t colour = curses_line_colour(telling->view, row->line->line);
	struct extent place = { telling->at, cells_width(name) };
	char text[32];

	if (place.size > telling->view->layout.width / 4)
		place.size = telling->view->layout.width / 4;
	curses_put(telling->view, telling->view->layout.numbers.at, place, name, false,
		   A_BOLD | colour);
	telling->at += place.size + 1;
	snprintf(text, sizeof(text), "[%" PRIu32 "]", row->line->pid);
	if (row->line->pid)
		tell(telling, text, A_DIM);
	else
		telling->at++;
}

/* How long the change took: the window, or what the line has of it; then in whole seconds, where
 * there are any. */
static uint64_t change_ns(const struct curses_view *view, const struct row *row)
{
	uint64_t window_ns = view->settings->window_ns;
	uint64_t to_ns = row->ended ? row->line->last_ns : view->now_ns;
	uint64_t from_ns = view->now_ns > window_ns ? view->now_ns - window_ns : 0;
	uint64_t known_ns;

	if (row->line->first_ns > from_ns)
		from_ns = row->line->first_ns;
	known_ns = to_ns > from_ns ? to_ns - from_ns : 0;
	if (known_ns >= NS_PER_S)
		known_ns = (known_ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
	return known_ns && known_ns < window_ns ? known_ns : window_ns;
}

static void tell_value(struct telling *telling)
{
	const struct curses_view *view = telling->view;
	const char *name = history_figure(view->frame->history);
	char change[UNITS_TEXT];
	char window[WORDING_TIME];
	char figure[UNITS_TEXT];
	char text[WORDING_TEXT];

	snprintf(text, sizeof(text), "%s%s%s %s", name, name[0] ? " " : "",
		 telling->row->ended ? "last" : "now",
		 units_format_bytes(figure, telling->row->rss));
	tell(telling, text, A_BOLD);
	snprintf(text, sizeof(text), "%s in %s", units_format_delta(change, telling->row->change),
		 wording_window(window, change_ns(view, telling->row)));
	tell(telling, text, A_NORMAL);
}

/* The kernel's word, and the highest sample where that is another. */
static void tell_peak(struct telling *telling)
{
	char peak[UNITS_TEXT];
	char sampled[UNITS_TEXT];
	char text[WORDING_TEXT];

	if (history_shown(telling->view->frame->history) != METRIC_RSS) {
		snprintf(text, sizeof(text), "max %s",
			 units_format_bytes(sampled, telling->row->max));
		tell(telling, text, A_NORMAL);
		return;
	}
	units_format_bytes(peak, telling->row->peak);
	units_format_bytes(sampled, telling->row->max);
	snprintf(text, sizeof(text), "peak %s, sampled %s", peak, sampled);
	if (tell(telling, text, A_NORMAL))
		return;
	snprintf(text, sizeof(text), "peak %s", peak);
	tell(telling, text, A_NORMAL);
}

/* What reading its PSS and USS costs the process. */
static void tell_cost(struct telling *telling)
{
	const struct history *history = telling->view->frame->history;
	char text[WORDING_TEXT];

	if (!telling->row->ended && wording_cost(text, &telling->row->line->metrics,
						 history_session(history)->metrics_interval_ns)[0])
		tell(telling, text, A_DIM);
}

void curses_draw_numbers(const struct curses_view *view)
{
	const struct outlook *outlook = &view->plot.outlook;
	/* limits are of the RSS */
	bool foretells = history_shown(view->frame->history) == METRIC_RSS;
	attr_t alert = A_BOLD | curses_colour(view, COLOUR_ALERT);
	struct telling telling = { view, NULL, 1 };
	char text[WORDING_TEXT];

	if (view->layout.numbers.size == 0 || view->count == 0)
		return;
	telling.row = &view->rows[view->selected];
	tell_name(&telling);
	tell_value(&telling);
	/* what is going to happen comes before what was */
	if (foretells && !telling.row->ended && outlook_reach(text, outlook)[0])
		tell(&telling, text, alert);
	if (!telling.row->ended)
		tell(&telling, outlook_rate(text, outlook), A_NORMAL);
	tell_peak(&telling);
	tell_cost(&telling);
}
