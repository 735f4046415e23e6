#include "analysis/summary_spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sizes {
	size_t spans;
	size_t categories;
	size_t texts;
};

static void measure(void *arg, const struct tally_group *group)
{
	struct sizes *sizes = arg;

	sizes->texts += strlen(group->category) + 1;
	if (group->name)
		sizes->texts += strlen(group->name) + 1;
	*(group->name ? &sizes->spans : &sizes->categories) += 1;
}

struct filling {
	struct summary *summary;
	char *text; /* the next */
};

static const char *keep_text(struct filling *filling, const char *text)
{
	char *kept = filling->text;
	size_t size = strlen(text) + 1;

	memcpy(kept, text, size);
	filling->text += size;
	return kept;
}

static void fill(void *arg, const struct tally_group *group)
{
	struct filling *filling = arg;
	struct summary *summary = filling->summary;
	struct summary_span *span = group->name ? &summary->spans[summary->span_count++]
						: &summary->categories[summary->category_count++];

	*span = (struct summary_span){
		.category = keep_text(filling, group->category),
		.name = group->name ? keep_text(filling, group->name) : "",
		.calls = group->calls,
		.unfinished = group->unfinished,
		.total_ns = group->total_ns,
		.mean_ns = group->calls > 0 ? group->sum_ns / group->calls : 0,
		.max_ns = group->max_ns,
		.peak_rss = group->peak_rss,
		.peak_exact = group->peak_exact,
		.age_ns = group->age_ns,
		.gained = group->gained,
		.kept = group->kept,
	};
}

static int compare_spans(const void *one, const void *other)
{
	const struct summary_span *a = one;
	const struct summary_span *b = other;
	int order;

	if (a->total_ns != b->total_ns)
		return a->total_ns < b->total_ns ? 1 : -1;
	order = strcmp(a->category, b->category);
	return order ? order : strcmp(a->name, b->name);
}

int summary_take_spans(struct summary *summary, const struct tally *tally)
{
	struct sizes sizes = { 0 };
	struct filling filling = { .summary = summary };
	int status = tally_each(tally, measure, &sizes);

	if (status)
		return status;
	summary->spans = calloc(sizes.spans + 1, sizeof(*summary->spans));
	summary->categories = calloc(sizes.categories + 1, sizeof(*summary->categories));
	summary->texts = calloc(1, sizes.texts + 1);
	if (!summary->spans || !summary->categories || !summary->texts)
		return -ENOMEM;
	filling.text = summary->texts;
	tally_each(tally, fill, &filling);
	qsort(summary->spans, summary->span_count, sizeof(*summary->spans), compare_spans);
	qsort(summary->categories, summary->category_count, sizeof(*summary->categories),
	      compare_spans);
	return 0;
}
