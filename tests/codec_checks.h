/*
 * Whether a record came back from bytes as it was.
 */
#ifndef TESTS_CODEC_CHECKS_H
#define TESTS_CODEC_CHECKS_H

#include "tests/codec_samples.h"

static inline void check_event(const struct event *got, const struct event *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->kind, expected->kind);
	CHECK_EQ_U64(got->number, expected->number);
	CHECK_EQ_U64(got->span, expected->span);
	CHECK_EQ_U64(got->duration_ns, expected->duration_ns);
	CHECK_EQ_U64(got->rss, expected->rss);
	CHECK_EQ_U64(got->rss_end, expected->rss_end);
	CHECK_EQ_U64(got->shared, expected->shared);
	CHECK_EQ_U64(got->rss_age_ns, expected->rss_age_ns);
	CHECK_EQ_U64(got->peak_rss, expected->peak_rss);
	CHECK_EQ_U64(got->peak_exact, expected->peak_exact);
	CHECK_EQ_U64(got->limit, expected->limit);
	CHECK_EQ_STR(got->category, expected->category);
	CHECK_EQ_STR(got->label, expected->label);
}

static inline void check_process(const struct process *got, const struct process *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->pid, expected->pid);
	CHECK_EQ_U64(got->ppid, expected->ppid);
	CHECK_EQ_U64(got->start_ticks, expected->start_ticks);
	CHECK_EQ_STR(got->name, expected->name);
	CHECK_EQ_STR(got->command, expected->command);
}

static inline void check_end(const struct end *got, const struct end *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->pid, expected->pid);
	CHECK_EQ_U64(got->reason, expected->reason);
	CHECK_EQ_I64(got->code, expected->code);
	CHECK_EQ_U64(got->last_rss, expected->last_rss);
	CHECK_EQ_U64(got->max_rss, expected->max_rss);
	CHECK_EQ_U64(got->peak_rss, expected->peak_rss);
	CHECK_EQ_U64(got->peak_kind, expected->peak_kind);
}

static inline void check_inspection(const struct inspection *got, const struct inspection *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->number, expected->number);
	CHECK_EQ_U64(got->place, expected->place);
	CHECK_EQ_U64(got->kinds, expected->kinds);
	CHECK_EQ_U64(got->kind, expected->kind);
	CHECK_EQ_STR(got->name, expected->name);
	CHECK(memcmp(&got->use, &expected->use, sizeof got->use) == 0);
}

static inline void check_gap(const struct gap *got, const struct gap *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->reason, expected->reason);
	CHECK_EQ_U64(got->from_ns, expected->from_ns);
	CHECK_EQ_U64(got->to_ns, expected->to_ns);
	CHECK_EQ_U64(got->count, expected->count);
}

static inline void check_tick(const struct tick *got, const struct tick *expected)
{
	CHECK_EQ_U64(got->missed, expected->missed);
	if (!CHECK_EQ_U64(got->count, expected->count))
		return;
	for (size_t i = 0; i < got->count; i++) {
		CHECK_EQ_U64(got->samples[i].line, expected->samples[i].line);
		CHECK_EQ_U64(got->samples[i].rss, expected->samples[i].rss);
	}
}

static inline void check_metrics(const struct metrics *got, const struct metrics *expected)
{
	CHECK_EQ_U64(got->line, expected->line);
	CHECK_EQ_U64(got->set, expected->set);
	CHECK_EQ_U64(got->read_ns, expected->read_ns);
	for (enum metric i = METRIC_RSS; i < METRICS; i++)
		CHECK_EQ_U64(got->values[i], expected->values[i]);
}

static inline void check_record(const struct record *got, const struct record *expected)
{
	CHECK_EQ_U64(got->seq, expected->seq);
	CHECK_EQ_U64(got->t_ns, expected->t_ns);
	if (!CHECK_EQ_U64(got->type, expected->type))
		return;
	switch (expected->type) {
	case RECORD_TICK:
		check_tick(&got->tick, &expected->tick);
		break;
	case RECORD_EVENT:
		check_event(&got->event, &expected->event);
		break;
	case RECORD_PROCESS:
		check_process(&got->process, &expected->process);
		break;
	case RECORD_END:
		check_end(&got->end, &expected->end);
		break;
	case RECORD_GAP:
		check_gap(&got->gap, &expected->gap);
		break;
	case RECORD_PEAK:
		CHECK_EQ_U64(got->peak.line, expected->peak.line);
		CHECK_EQ_U64(got->peak.peak_rss, expected->peak.peak_rss);
		CHECK(got->peak.family == expected->peak.family);
		break;
	case RECORD_LIMIT:
		CHECK_EQ_U64(got->limit.line, expected->limit.line);
		CHECK_EQ_U64(got->limit.kind, expected->limit.kind);
		CHECK_EQ_U64(got->limit.limit, expected->limit.limit);
		CHECK_EQ_U64(got->limit.used, expected->limit.used);
		break;
	case RECORD_INSPECTION:
		check_inspection(&got->inspection, &expected->inspection);
		break;
	case RECORD_METRICS:
		check_metrics(&got->metrics, &expected->metrics);
		break;
	case RECORD_CLOCK:
		CHECK_EQ_U64(got->clock.unix_ns, expected->clock.unix_ns);
		break;
	}
}

#endif
