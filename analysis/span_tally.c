#include "analysis/span_tally.h"

#include "analysis/stretch.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A span counts in two groups: its name, and its category. */
enum { NAME, CATEGORY, GROUPS };

struct group {
	struct tally_group shown; /* first: compare_group takes a key without the rest */
	struct group *next;
	char texts[];
};

struct open_span {
	uint64_t id;
	struct group *groups[GROUPS];
	size_t label_length;
	bool label_suffixed;
};

/* A group's calls in one process. */
struct track {
	struct group *group;
	struct stretch stretch;
};

/* Tracks of a process, from which on those without an open call are given up. */
#define TRACKS 512

struct tally_process {
	void *open; /* trees of tsearch(3) */
	void *tracks;
	size_t track_count;
	size_t track_limit;
	struct tally_kept kept[TALLY_KEPT];
	const struct group *last; /* the name of the span that ended last */
};

struct tally {
	uint64_t from_ns;
	void *groups;
	struct group *first;
	size_t counts[GROUPS];
	size_t open_count;
	bool no_memory;
	size_t count;
	struct tally_process *processes[]; /* NULL: one without spans */
};

struct tally *tally_new(size_t count, uint64_t from_ns)
{
	struct tally *tally = calloc(1, sizeof(*tally) + count * sizeof(*tally->processes));

	if (!tally)
		return NULL;
	tally->count = count;
	tally->from_ns = from_ns;
	return tally;
}

static int compare_group(const void *one, const void *other)
{
	const struct tally_group *a = one;
	const struct tally_group *b = other;
	int order = strcmp(a->category, b->category);

	if (order || !a->name || !b->name)
		return order ? order : (a->name != NULL) - (b->name != NULL);
	return strcmp(a->name, b->name);
}

static int compare_open(const void *one, const void *other)
{
	const struct open_span *a = one;
	const struct open_span *b = other;

	return (a->id > b->id) - (a->id < b->id);
}

static int compare_track(const void *one, const void *other)
{
	const struct track *a = one;
	const struct track *b = other;

	return (a->group > b->group) - (a->group < b->group);
}

/* What the tree @root has like @item, which it takes where it has none; NULL: no memory. */
static void *tree_add(struct tally *tally, void **root, void *item,
		      int (*compare)(const void *, const void *))
{
	void **node = tsearch(item, root, compare);

	if (!node)
		tally->no_memory = true;
	return node ? *node : NULL;
}

static struct group *group_new(const struct tally_group *key)
{
	size_t category_size = strlen(key->category) + 1;
	size_t name_size = key->name ? strlen(key->name) + 1 : 0;
	struct group *group = calloc(1, sizeof(*group) + category_size + name_size);

	if (!group)
		return NULL;
	memcpy(group->texts, key->category, category_size);
	group->shown.category = group->texts;
	if (key->name) {
		memcpy(group->texts + category_size, key->name, name_size);
		group->shown.name = group->texts + category_size;
	}
	return group;
}

static struct group *group_add(struct tally *tally, const struct tally_group *key)
{
	struct group *group = group_new(key);

	if (!group || !tree_add(tally, &tally->groups, group, compare_group)) {
		tally->no_memory = true;
		free(group);
		return NULL;
	}
	group->next = tally->first;
	tally->first = group;
	tally->counts[key->name ? NAME : CATEGORY]++;
	return group;
}

static struct group *group_get(struct tally *tally, const char *category, const char *name)
{
	struct tally_group key = { .category = category, .name = name };
	void *node = tfind(&key, &tally->groups, compare_group);

	if (node)
		return *(struct group **)node;
	if (tally->counts[name ? NAME : CATEGORY] < TALLY_NAMES)
		return group_add(tally, &key);
	key.category = name ? "" : TALLY_OTHERS;
	key.name = name ? TALLY_OTHERS : NULL;
	node = tfind(&key, &tally->groups, compare_group);
	return node ? *(struct group **)node : group_add(tally, &key);
}

static bool get_groups(struct tally *tally, struct group *ret_groups[GROUPS], const char *category,
		       const char *name)
{
	ret_groups[NAME] = group_get(tally, category, name);
	ret_groups[CATEGORY] = group_get(tally, category, NULL);
	return ret_groups[NAME] && ret_groups[CATEGORY];
}

static void drop_track(struct tally_process *process, struct track *track, uint64_t rss)
{
	stretch_settle(&track->stretch, &track->group->shown, rss);
	if (track->group->shown.name)
		stretch_note_kept(&track->stretch, &track->group->shown, process->kept);
	free(track);
	process->track_count--;
}

/* Give up the tracks in which no call is open, at a time at which the process has @rss. */
static void sweep(struct tally *tally, struct tally_process *process, uint64_t rss)
{
	void *busy = NULL;

	while (process->tracks) {
		struct track *track = *(struct track **)process->tracks;

		tdelete(track, &process->tracks, compare_track);
		if (track->stretch.open == 0 || !tree_add(tally, &busy, track, compare_track))
			drop_track(process, track, rss);
	}
	process->tracks = busy;
	process->track_limit = TRACKS + 2 * process->track_count;
}

/* Of @group's calls in @process, which has @rss now. */
static struct stretch *get_stretch(struct tally *tally, struct tally_process *process,
				   struct group *group, uint64_t rss)
{
	struct track key = { .group = group };
	void *node = tfind(&key, &process->tracks, compare_track);
	struct track *track;

	if (node)
		return &(*(struct track **)node)->stretch;
	if (process->track_count >= TRACKS && process->track_count >= process->track_limit)
		sweep(tally, process, rss);
	track = calloc(1, sizeof(*track));
	if (track)
		track->group = group;
	if (!track || !tree_add(tally, &process->tracks, track, compare_track)) {
		tally->no_memory = true;
		free(track);
		return NULL;
	}
	process->track_count++;
	return &track->stretch;
}

static struct open_span *find_open(struct tally_process *process, uint64_t id)
{
	struct open_span key = { .id = id };
	void *node = tfind(&key, &process->open, compare_open);

	return node ? *(struct open_span **)node : NULL;
}

static bool is_suffixed(const char *label, size_t length)
{
	size_t suffix = strlen(SPAN_UNFINISHED);

	return length >= suffix && strcmp(label + length - suffix, SPAN_UNFINISHED) == 0;
}

/* Close an open span, which ended at @t_ns with @rss, and free it. */
static void close_span(struct tally *tally, struct tally_process *process, struct open_span *span,
		       uint64_t t_ns, uint64_t rss)
{
	for (size_t i = 0; i < GROUPS; i++) {
		struct stretch *stretch = get_stretch(tally, process, span->groups[i], rss);

		if (stretch)
			stretch_end(stretch, &span->groups[i]->shown, t_ns, rss);
	}
	process->last = span->groups[NAME];
	tdelete(span, &process->open, compare_open);
	tally->open_count--;
	free(span);
}

/* Another span has ended since the last call of @group did. */
static void note_amid(const struct tally_process *process, struct stretch *stretch,
		      const struct group *group)
{
	if (stretch && stretch->open == 0 && process->last && process->last != group)
		stretch->amid = true;
}

static void count_unfinished(struct group *groups[GROUPS])
{
	for (size_t i = 0; i < GROUPS; i++)
		groups[i]->shown.unfinished++;
}

static void count_call(struct group *groups[GROUPS], uint64_t duration_ns)
{
	for (size_t i = 0; i < GROUPS; i++) {
		struct tally_group *group = &groups[i]->shown;

		group->calls++;
		group->sum_ns += duration_ns;
		if (duration_ns > group->max_ns)
			group->max_ns = duration_ns;
	}
}

/* What an end says of the memory within its call. */
static void note_memory(struct group *groups[GROUPS], const struct event *event)
{
	for (size_t i = 0; i < GROUPS; i++) {
		struct tally_group *group = &groups[i]->shown;

		if (event->rss_age_ns > group->age_ns)
			group->age_ns = event->rss_age_ns;
		group->peak_exact = event->peak_exact && (group->peak_exact || !group->ends);
		group->ends++;
		if (event->peak_rss > group->peak_rss)
			group->peak_rss = event->peak_rss;
	}
}

static void begin_span(struct tally *tally, struct tally_process *process, uint64_t t_ns,
		       const struct event *event)
{
	struct open_span *span = find_open(process, event->span);

	if (span) { /* its end was lost */
		count_unfinished(span->groups);
		close_span(tally, process, span, t_ns, event->rss);
	}
	if (tally->open_count >= TALLY_OPEN)
		return;
	span = calloc(1, sizeof(*span));
	if (!span) {
		tally->no_memory = true;
		return;
	}
	span->id = event->span;
	span->label_length = strlen(event->label);
	span->label_suffixed = is_suffixed(event->label, span->label_length);
	if (!get_groups(tally, span->groups, event->category, event->label) ||
	    !tree_add(tally, &process->open, span, compare_open)) {
		free(span);
		return;
	}
	tally->open_count++;
	for (size_t i = 0; i < GROUPS; i++) {
		struct stretch *stretch = get_stretch(tally, process, span->groups[i], event->rss);

		note_amid(process, stretch, span->groups[NAME]);
		if (stretch)
			stretch_begin(stretch, &span->groups[i]->shown, t_ns, event->rss);
	}
}

/* An end whose begin was not seen. */
static void end_alone(struct tally *tally, struct tally_process *process, uint64_t t_ns,
		      const struct event *event)
{
	size_t length = strlen(event->label);
	bool unfinished = is_suffixed(event->label, length);
	struct stretch_call call = { .begin_ns = tally->from_ns,
				     .end_ns = t_ns,
				     .rss = event->rss,
				     .rss_end = event->rss_end };
	struct group *groups[GROUPS];
	char name[TEXT_LABEL + 1];

	text_copy(name, sizeof(name), event->label);
	if (unfinished && length <= TEXT_LABEL)
		name[length - strlen(SPAN_UNFINISHED)] = '\0';
	if (!get_groups(tally, groups, event->category, name))
		return;
	if (t_ns > event->duration_ns && t_ns - event->duration_ns > tally->from_ns)
		call.begin_ns = t_ns - event->duration_ns;
	note_memory(groups, event);
	if (unfinished)
		count_unfinished(groups);
	else
		count_call(groups, event->duration_ns);
	for (size_t i = 0; i < GROUPS; i++) {
		struct stretch *stretch = get_stretch(tally, process, groups[i], event->rss);

		note_amid(process, stretch, groups[NAME]);
		if (stretch)
			stretch_whole(stretch, &groups[i]->shown, &call);
	}
	process->last = groups[NAME];
}

static bool end_span(struct tally *tally, struct tally_process *process, uint64_t t_ns,
		     const struct event *event)
{
	struct open_span *span = find_open(process, event->span);
	size_t length = strlen(event->label);

	if (!span) {
		end_alone(tally, process, t_ns, event);
		return true;
	}
	note_memory(span->groups, event);
	if (is_suffixed(event->label, length) &&
	    !(span->label_suffixed && span->label_length == length))
		count_unfinished(span->groups);
	else
		count_call(span->groups, event->duration_ns);
	close_span(tally, process, span, t_ns, event->rss_end);
	return false;
}

bool tally_event(struct tally *tally, size_t process, uint64_t t_ns, const struct event *event)
{
	struct tally_process *owner = tally->processes[process];

	if (!owner)
		owner = tally->processes[process] = calloc(1, sizeof(*owner));
	if (!owner) {
		tally->no_memory = true;
		return true;
	}
	if (event->kind == EVENT_SPAN_END)
		return end_span(tally, owner, t_ns, event);
	begin_span(tally, owner, t_ns, event);
	return true;
}

void tally_end(struct tally *tally, size_t process, uint64_t t_ns, uint64_t rss)
{
	struct tally_process *owner = tally->processes[process];

	if (!owner)
		return;
	while (owner->open) {
		struct open_span *span = *(struct open_span **)owner->open;

		count_unfinished(span->groups);
		close_span(tally, owner, span, t_ns, rss);
	}
	while (owner->tracks) {
		struct track *track = *(struct track **)owner->tracks;

		tdelete(track, &owner->tracks, compare_track);
		drop_track(owner, track, rss);
	}
}

void tally_kept(const struct tally *tally, size_t process, struct tally_kept ret_kept[TALLY_KEPT])
{
	static const struct tally_kept none[TALLY_KEPT];
	const struct tally_process *owner = tally->processes[process];

	memcpy(ret_kept, owner ? owner->kept : none, TALLY_KEPT * sizeof(*ret_kept));
}

int tally_each(const struct tally *tally, void (*each)(void *arg, const struct tally_group *group),
	       void *arg)
{
	for (const struct group *group = tally->first; group; group = group->next)
		each(arg, &group->shown);
	return tally->no_memory ? -ENOMEM : 0;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	for (size_t i = 0; i < tally->count; i++) {
		if (!tally->processes[i])
			continue;
		tdestroy(tally->processes[i]->open, free);
		tdestroy(tally->processes[i]->tracks, free);
		free(tally->processes[i]);
	}
	tdestroy(tally->groups, free);
	free(tally);
}
