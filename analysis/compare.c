#include "analysis/compare.h"

#include "analysis/compare_side.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- segments */

struct run {
	const struct summary_process *process;
	struct aligned_mark *marks;
	size_t count;
};

/* The moment at @place: 0 is the first sample, count + 1 the last. */
static struct aligned_mark moment(const struct run *run, size_t place)
{
	const struct reader_process *process = run->process->process;

	if (place == 0)
		return (struct aligned_mark){ .t_ns = process->first_ns,
					      .rss = run->process->first_rss };
	if (place == run->count + 1)
		return (struct aligned_mark){ .t_ns = process->last_ns,
					      .rss = run->process->last_rss };
	return run->marks[place - 1];
}

static uint64_t passed_ns(struct aligned_mark from, struct aligned_mark to)
{
	return to.t_ns > from.t_ns ? to.t_ns - from.t_ns : 0;
}

static struct compare_segment measure(const struct run *a, struct aligned_pair a_places,
				      const struct run *b, struct aligned_pair b_places)
{
	struct aligned_mark a_from = moment(a, a_places.a), a_to = moment(a, a_places.b);
	struct aligned_mark b_from = moment(b, b_places.a), b_to = moment(b, b_places.b);
	struct compare_segment segment = { .a_ns = passed_ns(a_from, a_to),
					   .b_ns = passed_ns(b_from, b_to),
					   .a_growth = (int64_t)(a_to.rss - a_from.rss),
					   .b_growth = (int64_t)(b_to.rss - b_from.rss) };

	segment.difference = segment.b_growth - segment.a_growth;
	return segment;
}

/* Texts that are equal are one. */
static int order_texts(const char *one, const char *other)
{
	uintptr_t a = (uintptr_t)one;
	uintptr_t b = (uintptr_t)other;

	return (a > b) - (a < b);
}

static int compare_orders(const void *one, const void *other)
{
	const struct compare_segment *a = one;
	const struct compare_segment *b = other;

	return (a->order > b->order) - (a->order < b->order);
}

static int compare_ends(const void *one, const void *other)
{
	const struct compare_segment *a = one;
	const struct compare_segment *b = other;
	int order = order_texts(a->from, b->from);

	if (!order)
		order = order_texts(a->to, b->to);
	return order ? order : compare_orders(one, other);
}

static void add(struct compare_segment *sum, const struct compare_segment *segment)
{
	sum->times += segment->times;
	sum->a_ns += segment->a_ns;
	sum->b_ns += segment->b_ns;
	sum->a_growth += segment->a_growth;
	sum->b_growth += segment->b_growth;
	sum->difference += segment->difference;
}

/* Make one of those between the same moments, and find the one with the largest difference. */
static void fold(struct compare_segments *all)
{
	struct compare_segment *segments = all->list;
	size_t count = 0;

	qsort(segments, all->count, sizeof(*segments), compare_ends);
	for (size_t i = 0; i < all->count; i++) {
		if (count > 0 && segments[count - 1].from == segments[i].from &&
		    segments[count - 1].to == segments[i].to)
			add(&segments[count - 1], &segments[i]);
		else
			segments[count++] = segments[i];
	}
	all->count = count;
	qsort(segments, count, sizeof(*segments), compare_orders);
	for (size_t i = 1; i < count; i++) {
		if (llabs(segments[i].difference) > llabs(segments[all->largest].difference))
			all->largest = i;
	}
}

static int fill_segments(struct compare_segments *segments, const struct compare_texts *texts,
			 const struct run *a, const struct run *b)
{
	struct aligned_pair at = { 0, 0 };
	struct aligned_pair *pairs;
	size_t count;
	const char *from = NULL;

	pairs = marks_align(a->marks, a->count, b->marks, b->count, &count);
	segments->list = calloc(count + 1, sizeof(*segments->list));
	if (!pairs || !segments->list) {
		free(pairs);
		return -ENOMEM;
	}
	for (size_t i = 0; i <= count; i++) {
		struct aligned_pair to = { i < count ? pairs[i].a + 1 : a->count + 1,
					   i < count ? pairs[i].b + 1 : b->count + 1 };
		struct compare_segment *segment = &segments->list[i];

		*segment = measure(a, (struct aligned_pair){ at.a, to.a }, b,
				   (struct aligned_pair){ at.b, to.b });
		segment->times = 1;
		segment->order = i;
		segment->from = from;
		segment->to = i < count ? compare_text(texts, a->marks[pairs[i].a].text) : NULL;
		from = segment->to;
		at = to;
	}
	free(pairs);
	segments->count = count + 1;
	fold(segments);
	return 0;
}

int compare_segments(struct compare_segments *ret_segments, const struct compare *compare,
		     const struct compare_process *process)
{
	struct run a = { .process = process->a };
	struct run b = { .process = process->b };
	int status = -ENOMEM;

	*ret_segments = (struct compare_segments){ 0 };
	if (!process->a || !process->b || !process->a->sampled || !process->b->sampled)
		return 0;
	a.marks = compare_side_marks(compare->sides[0], process->a->process->line, &a.count);
	b.marks = compare_side_marks(compare->sides[1], process->b->process->line, &b.count);
	if (a.marks && b.marks)
		status = fill_segments(ret_segments, compare->texts, &a, &b);
	free(a.marks);
	free(b.marks);
	return status;
}

/* --- which are the same */

static int compare_names(const void *one, const void *other)
{
	const struct summary_process *a = *(const struct summary_process *const *)one;
	const struct summary_process *b = *(const struct summary_process *const *)other;
	int order = strcmp(a->process->name, b->process->name);

	if (order)
		return order;
	return (a->process->line > b->process->line) - (a->process->line < b->process->line);
}

static const struct summary_process **sort(const struct summary *summary)
{
	const struct summary_process **list = calloc(summary->process_count + 1, sizeof(*list));

	for (size_t i = 0; list && i < summary->process_count; i++)
		list[i] = &summary->processes[i];
	if (list)
		qsort(list, summary->process_count, sizeof(*list), compare_names);
	return list;
}

static int order_of(const struct summary_process *a, const struct summary_process *b)
{
	if (!a || !b)
		return a ? -1 : 1;
	return strcmp(a->process->name, b->process->name);
}

/* Both lists end with NULL. */
static void match(struct compare *compare, const struct summary_process **a,
		  const struct summary_process **b)
{
	while (*a || *b) {
		struct compare_process *process = &compare->processes[compare->process_count++];
		int order = order_of(*a, *b);

		if (order <= 0)
			process->a = *a++;
		if (order >= 0)
			process->b = *b++;
	}
}

struct compare_peaks compare_peaks(const struct compare_process *process)
{
	const struct summary_process *a = process->a;
	const struct summary_process *b = process->b;
	bool known = (!a || summary_peak_known(a)) && (!b || summary_peak_known(b));
	struct compare_peaks peaks = { 0 };

	if (a)
		peaks.a = known ? summary_peak(a) : a->max_rss;
	if (b)
		peaks.b = known ? summary_peak(b) : b->max_rss;
	peaks.a_least = a && summary_peak_kind(a) == PEAK_AT_LEAST;
	peaks.b_least = b && summary_peak_kind(b) == PEAK_AT_LEAST;
	return peaks;
}

static void raise(uint64_t *most, bool *least, uint64_t value, bool value_least)
{
	if (value <= *most)
		return;
	*most = value;
	*least = value_least;
}

static int compare_order(const void *one, const void *other)
{
	const struct compare_process *x = one;
	const struct compare_process *y = other;
	uint32_t x_line = (x->a ? x->a : x->b)->process->line;
	uint32_t y_line = (y->a ? y->a : y->b)->process->line;

	if (!x->a != !y->a)
		return x->a ? -1 : 1;
	return (x_line > y_line) - (x_line < y_line);
}

static const char *name_at(const struct compare *compare, uint32_t place)
{
	const struct compare_process *process = &compare->processes[place];

	return (process->a ? process->a : process->b)->process->name;
}

static int compare_places(const void *one, const void *other, void *arg)
{
	uint32_t x = *(const uint32_t *)one;
	uint32_t y = *(const uint32_t *)other;
	int order = strcmp(name_at(arg, x), name_at(arg, y));

	return order ? order : (x > y) - (x < y);
}

/* Of @places, of one name, the one that had most in a. */
static uint32_t find_largest(const struct compare *compare, const uint32_t *places, size_t count)
{
	uint32_t largest = places[0];

	for (size_t i = 1; i < count; i++) {
		if (compare_peaks(&compare->processes[places[i]]).a >
		    compare_peaks(&compare->processes[largest]).a)
			largest = places[i];
	}
	return largest;
}

static int find_largest_of_names(struct compare *compare)
{
	uint32_t *places = calloc(compare->process_count + 1, sizeof *places);
	size_t count = compare->process_count;

	compare->largest = calloc(count + 1, sizeof *compare->largest);
	if (!places || !compare->largest) {
		free(places);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		places[i] = (uint32_t)i;
	qsort_r(places, count, sizeof *places, compare_places, compare);
	for (size_t i = 0, end; i < count; i = end) {
		uint32_t largest;

		for (end = i + 1; end < count && strcmp(name_at(compare, places[i]),
							name_at(compare, places[end])) == 0;)
			end++;
		largest = find_largest(compare, &places[i], end - i);
		for (size_t j = i; j < end; j++)
			compare->largest[places[j]] = largest;
	}
	free(places);
	return 0;
}

static int compare_processes(struct compare *compare, const struct compare_side *a,
			     const struct compare_side *b)
{
	const struct summary_process **a_list = sort(&a->summary);
	const struct summary_process **b_list = sort(&b->summary);
	size_t most = a->summary.process_count + b->summary.process_count;
	int status = 0;

	compare->processes = calloc(most + 1, sizeof(*compare->processes));
	if (a_list && b_list && compare->processes)
		match(compare, a_list, b_list);
	else
		status = -ENOMEM;
	free(a_list);
	free(b_list);
	if (status)
		return status;
	qsort(compare->processes, compare->process_count, sizeof(*compare->processes),
	      compare_order);
	for (size_t i = 0; i < compare->process_count; i++) {
		struct compare_peaks peaks = compare_peaks(&compare->processes[i]);

		raise(&compare->a_peak, &compare->a_least, peaks.a, peaks.a_least);
		raise(&compare->b_peak, &compare->b_least, peaks.b, peaks.b_least);
	}
	return find_largest_of_names(compare);
}

static int compare_span_names(const void *one, const void *other)
{
	const struct summary_span *a = one;
	const struct summary_span *b = *(const struct summary_span *const *)other;
	int order = strcmp(a->category, b->category);

	return order ? order : strcmp(a->name, b->name);
}

static int compare_span_pointers(const void *one, const void *other)
{
	return compare_span_names(*(const struct summary_span *const *)one, other);
}

static int compare_spans(struct compare *compare, const struct summary *a, const struct summary *b)
{
	const struct summary_span **list = calloc(b->span_count + 1, sizeof(*list));
	bool *matched = calloc(b->span_count + 1, sizeof(*matched));
	size_t most = a->span_count + b->span_count;
	int status = list && matched ? 0 : -ENOMEM;

	compare->spans = calloc(most + 1, sizeof(*compare->spans));
	if (!compare->spans)
		status = -ENOMEM;
	for (size_t i = 0; !status && i < b->span_count; i++)
		list[i] = &b->spans[i];
	if (!status)
		qsort(list, b->span_count, sizeof(*list), compare_span_pointers);
	for (size_t i = 0; !status && i < a->span_count; i++) {
		const struct summary_span **other = bsearch(&a->spans[i], list, b->span_count,
							    sizeof(*list), compare_span_names);

		compare->spans[compare->span_count++] =
			(struct compare_span){ &a->spans[i], other ? *other : NULL };
		if (other)
			matched[*other - b->spans] = true;
	}
	for (size_t i = 0; !status && i < b->span_count; i++) {
		if (!matched[i])
			compare->spans[compare->span_count++].b = &b->spans[i];
	}
	free(list);
	free(matched);
	return status;
}

/* --- all together */

static const struct total_figure *figure_of(const struct total_tally *total,
					    enum compare_figure figure)
{
	if (figure == COMPARE_PSS)
		return &total->pss;
	return figure == COMPARE_ONCE ? &total->once : &total->rss;
}

static void compare_totals(struct compare_total *ret_total, const struct compare_side *a,
			   const struct compare_side *b)
{
	const struct total_tally *sides[] = { &a->summary.total, &b->summary.total };
	struct compare_total *total = ret_total;
	const struct total_figure *figures[2];

	total->known = sides[0]->known && sides[1]->known &&
		       (total_tells(&sides[0]->total) || total_tells(&sides[1]->total));
	if (!total->known)
		return;
	if (sides[0]->has_pss && sides[1]->has_pss)
		total->figure = COMPARE_PSS;
	else if (sides[0]->has_shared && sides[1]->has_shared)
		total->figure = COMPARE_ONCE;
	for (int i = 0; i < 2; i++)
		figures[i] = figure_of(sides[i], total->figure);
	total->a_max = figures[0]->max;
	total->b_max = figures[1]->max;
	total->a_mean = total_tally_mean(sides[0], figures[0]);
	total->b_mean = total_tally_mean(sides[1], figures[1]);
	total->b_held = parts_held(&figures[1]->parts, SUMMARY_HELD * sides[1]->interval_ns);
	total->a = &a->summary.total_grown;
	total->b = &b->summary.total_grown;
}

const char *compare_figure_name(enum compare_figure figure)
{
	static const char *const names[] = {
		[COMPARE_RSS] = "RSS",
		[COMPARE_ONCE] = "RSS, shared once",
		[COMPARE_PSS] = "PSS",
	};

	return names[figure];
}

/* --- the gate */

/*
 * Whether memory grew by more than is allowed, as far as the recordings can vouch for it: a peak
 * that a may have passed unseen is no measure, and b must have stayed above all that a was seen to
 * have. A process is measured by the largest of its name in a, since which of them is the nth is
 * often chance.
 */
static bool compare_exceeds(const struct compare_gate *gate, uint64_t a, uint64_t b)
{
	return gate->percent >= 0 && a > 0 && b > a && b - a > gate->bytes &&
	       100 * (double)(b - a) / (double)a > gate->percent;
}

void compare_measured(const struct compare *compare, const struct compare_process *process,
		      uint64_t *ret_a, uint64_t *ret_b)
{
	struct compare_peaks peaks = compare_peaks(process);
	struct compare_peaks most =
		compare_peaks(&compare->processes[compare->largest[process - compare->processes]]);

	if (peaks.a >= most.a)
		most = peaks;
	*ret_a = most.a;
	*ret_b = most.a_least ? process->b->held_rss : peaks.b;
}

bool compare_process_exceeds(const struct compare *compare, const struct compare_gate *gate,
			     const struct compare_process *process)
{
	uint64_t a, b;

	if (!process->a || !process->b || gate->percent < 0)
		return false;
	compare_measured(compare, process, &a, &b);
	return compare_exceeds(gate, a, b);
}

bool compare_largest_exceeds(const struct compare *compare, const struct compare_gate *gate)
{
	uint64_t held = 0;

	if (!compare->a_least)
		return compare_exceeds(gate, compare->a_peak, compare->b_peak);
	for (size_t i = 0; i < compare->process_count; i++) {
		const struct summary_process *b = compare->processes[i].b;

		if (b && b->held_rss > held)
			held = b->held_rss;
	}
	return compare_exceeds(gate, compare->a_peak, held);
}

bool compare_total_exceeds(const struct compare *compare, const struct compare_gate *gate)
{
	const struct compare_total *total = &compare->total;

	return total->known && compare_exceeds(gate, total->a_max, total->b_held);
}

int compare_sides(struct compare *ret_compare, const struct compare_texts *texts,
		  const struct compare_side *a, const struct compare_side *b)
{
	int status;

	*ret_compare = (struct compare){ .texts = texts, .sides = { a, b } };
	status = compare_processes(ret_compare, a, b);
	compare_totals(&ret_compare->total, a, b);
	return status ? status : compare_spans(ret_compare, &a->summary, &b->summary);
}

void compare_free(struct compare *compare)
{
	free(compare->processes);
	free(compare->largest);
	free(compare->spans);
	*compare = (struct compare){ 0 };
}

bool compare_percent(double a, double b, double *ret_percent)
{
	if (a <= 0)
		return false;
	*ret_percent = 100 * (b - a) / a;
	return true;
}
