#include "cli/gates/closing.h"

#include "base/log.h"
#include "base/minmax.h"
#include "base/units.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* --- while it runs */

/* The line of the command's own process; the newest of its PID. */
static const struct history_line *own_line(const struct closing *closing,
					   const struct history *history)
{
	const struct history_line *found = NULL;

	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);

		if (line->pid == closing->pid)
			found = line;
	}
	return found;
}

/* What counts: all together, where there are several and they are the command's; else its own. */
static const struct history_line *counted(const struct closing *closing,
					  const struct history *history)
{
	const struct history_line *total = closing->alone ? NULL : history_total(history);

	return total ? total : own_line(closing, history);
}

static void note_largest(struct closing *closing, const struct history_line *line, uint64_t peak)
{
	if (!line || peak <= closing->largest_peak || (closing->alone && line->pid != closing->pid))
		return;
	closing->largest_peak = peak;
	closing->largest = line->pid;
	text_copy(closing->largest_name, sizeof closing->largest_name, line->name);
}

void closing_take(struct closing *closing, const struct history *history,
		  const struct record *record)
{
	const struct history_line *line;

	if (record->type == RECORD_END)
		note_largest(closing, history_line_find(history, record->end.line),
			     record->end.peak_rss);
	if (record->type != RECORD_TICK && record->type != RECORD_EVENT)
		return;
	line = counted(closing, history);
	if (!line || line->rss <= closing->most)
		return;
	closing->most = line->rss;
	closing->most_ns = record->t_ns;
}

/* --- at its end */

static char *describe_end(char *text, size_t size, int status, bool limited)
{
	enum end_reason killed = limited ? END_LIMITED : END_KILLED;

	return WIFSIGNALED(status) ? end_text(text, size, killed, WTERMSIG(status))
				   : end_text(text, size, END_EXITED, WEXITSTATUS(status));
}

/* ", at 8.1 s" since its begin. */
static const char *describe_moment(char text[UNITS_TEXT + 8], const struct closing *closing,
				   const struct closing_end *end)
{
	char after[UNITS_TEXT];

	snprintf(text, UNITS_TEXT + 8, " at %s",
		 units_format_duration(after, closing->most_ns > end->began_ns
						      ? closing->most_ns - end->began_ns
						      : 0));
	return text;
}

static void say_peak(const struct closing *closing, const struct history *history,
		     const struct closing_end *end)
{
	const struct history_line *line = counted(closing, history);
	bool together = line && line->pid == 0;
	uint64_t peak = max_u64(end->peak, max_u64(closing->most, closing->largest_peak));
	char size[UNITS_TEXT], sampled[UNITS_TEXT + 16] = "", of[UNITS_TEXT],
						    moment[UNITS_TEXT + 8];
	char largest[TEXT_NAME + 64] = "";

	peak = max_u64(peak, line ? line->peak_rss : 0);
	if (peak == 0) {
		log_error("it ended before its memory could be seen");
		return;
	}
	if (together && closing->largest)
		snprintf(largest, sizeof largest, "; the largest: %s[%u], %s",
			 closing->largest_name, closing->largest,
			 units_format_bytes(of, closing->largest_peak));
	units_format_bytes(size, peak);
	units_format_bytes(of, closing->most);
	if (closing->most && strcmp(size, of) != 0)
		snprintf(sampled, sizeof sampled, ", sampled %s", of);
	log_error("peak %s%s%s%s%s", size, sampled, together ? " together" : "",
		  closing->most ? describe_moment(moment, closing, end) : "", largest);
}

void closing_say(const struct closing *closing, const struct history *history,
		 const struct closing_end *end)
{
	struct closing kept = *closing;
	char how[64], life[UNITS_TEXT];

	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);

		note_largest(&kept, line, line->peak_rss);
	}
	log_error("%s[%u] %s after %s", end->name, closing->pid,
		  describe_end(how, sizeof how, end->status, end->limited),
		  units_format_duration(
			  life, end->ended_ns > end->began_ns ? end->ended_ns - end->began_ns : 0));
	say_peak(&kept, history, end);
	if (end->growth[0])
		log_error("growth: %s", end->growth);
	if (end->unseen)
		log_error("%s%llu of its processes came and went unseen",
			  end->unseen_at_least ? "at least " : "", (unsigned long long)end->unseen);
}
