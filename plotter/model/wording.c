#include "plotter/model/wording.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What of it is told in words. */
static struct event as_event(const struct history_event *event)
{
	return (struct event){
		.kind = event->kind,
		.duration_ns = event->duration_ns,
		.peak_rss = event->peak_rss,
		.peak_exact = event->peak_exact,
		.category = event->category,
		.label = event->label,
	};
}

char *wording_event(char text[WORDING_TEXT], const struct history_event *event)
{
	struct event told = as_event(event);

	return wording_event_record(text, &told);
}

char *wording_name(char text[EVENT_TEXT], const struct history_event *event)
{
	struct event told = as_event(event);

	return event_name(text, &told);
}

char *wording_open(char text[WORDING_TEXT], const struct history_event *event, uint64_t now_ns)
{
	uint64_t passed_ns = now_ns > event->t_ns ? now_ns - event->t_ns : 0;
	char name[EVENT_TEXT];
	char figure[UNITS_TEXT];

	snprintf(text, WORDING_TEXT, "in %s (%s so far)", wording_name(name, event),
		 units_format_duration(figure, passed_ns));
	return text;
}

char *wording_event_record(char text[WORDING_TEXT], const struct event *event)
{
	char words[EVENT_TEXT];
	char duration[UNITS_TEXT];
	char peak[UNITS_TEXT];

	event_text(words, event);
	units_format_duration(duration, event->duration_ns);
	units_format_marked(peak, peak_mark(event->peak_exact), event->peak_rss);
	if (event->kind == EVENT_SPAN_END && event->peak_rss)
		snprintf(text, WORDING_TEXT, "%s (%s, peak %s)", words, duration, peak);
	else if (event->kind == EVENT_SPAN_END)
		snprintf(text, WORDING_TEXT, "%s (%s)", words, duration);
	else
		snprintf(text, WORDING_TEXT, "%s", words);
	return text;
}

char *wording_peak(char text[WORDING_PEAK], uint64_t peak_rss, uint64_t max_rss)
{
	char peak[UNITS_TEXT];
	char sampled[UNITS_TEXT];

	units_format_bytes(peak, peak_rss);
	units_format_bytes(sampled, max_rss);
	if (max_rss && strcmp(peak, sampled) != 0)
		snprintf(text, WORDING_PEAK, "peak %s, sampled %s", peak, sampled);
	else
		snprintf(text, WORDING_PEAK, "peak %s", peak);
	return text;
}

char *wording_end(char text[WORDING_TEXT], const struct end *end, uint64_t peak_rss)
{
	char how[TEXT_NAME + 1];
	char last[UNITS_TEXT];
	char peak[WORDING_PEAK];

	end_text(how, sizeof(how), end->reason, end->code);
	wording_peak(peak, peak_rss, end->max_rss);
	if (end->last_rss)
		snprintf(text, WORDING_TEXT, "%s, last %s, %s", how,
			 units_format_bytes(last, end->last_rss), peak);
	else if (peak_rss)
		snprintf(text, WORDING_TEXT, "%s, %s", how, peak);
	else
		snprintf(text, WORDING_TEXT, "%s", how);
	return text;
}

char *wording_window(char text[WORDING_TIME], uint64_t window_ns)
{
	uint64_t seconds = window_ns / NS_PER_S;
	char duration[UNITS_TEXT];

	if (window_ns % NS_PER_S != 0 || seconds == 0)
		snprintf(text, WORDING_TIME, "%s", units_format_duration(duration, window_ns));
	else if (seconds % 86400 == 0)
		snprintf(text, WORDING_TIME, "%" PRIu64 " d", seconds / 86400);
	else if (seconds % 3600 == 0)
		snprintf(text, WORDING_TIME, "%" PRIu64 " h", seconds / 3600);
	else if (seconds % 60 == 0 && seconds > 60)
		snprintf(text, WORDING_TIME, "%" PRIu64 " min", seconds / 60);
	else
		snprintf(text, WORDING_TIME, "%" PRIu64 " s", seconds);
	return text;
}

char *wording_seconds(char text[WORDING_TIME], uint64_t start_ns, uint64_t t_ns, int decimals)
{
	uint64_t ns = t_ns < start_ns ? start_ns - t_ns : t_ns - start_ns;
	const char *sign = t_ns < start_ns ? "-" : "";
	uint64_t seconds = ns / NS_PER_S;
	uint64_t part = ns % NS_PER_S;

	for (int i = decimals; i < 9; i++)
		part /= 10;
	snprintf(text, WORDING_TIME, "%s%" PRIu64 ".%0*" PRIu64, sign, seconds, decimals, part);
	return text;
}

char *wording_cost(char text[WORDING_TEXT], const struct metrics *metrics, uint64_t interval_ns)
{
	char took[UNITS_TEXT];

	text[0] = '\0';
	if (metrics->read_ns)
		snprintf(text, WORDING_TEXT, "pss read %s, %.2g %% of its time",
			 units_format_duration(took, metrics->read_ns),
			 100 * metric_share(interval_ns ? interval_ns : METRICS_INTERVAL_NS,
					    metrics->read_ns));
	return text;
}
