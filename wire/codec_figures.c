/*
 * Records of what is known of a line beside its samples: peaks, limits, metrics.
 */
#include "wire/codec_pb.h"

/* --- writing */

bool codec_put_peak(pb_ostream_t *out, const struct peak *peak)
{
	return put_uint(out, memwatch_Peak_line_tag, peak->line) &&
	       put_uint(out, memwatch_Peak_peak_rss_tag, peak->peak_rss) &&
	       put_uint(out, memwatch_Peak_family_tag, peak->family);
}

bool codec_put_limit(pb_ostream_t *out, const struct limit *limit)
{
	return put_uint(out, memwatch_Limit_line_tag, limit->line) &&
	       put_uint(out, memwatch_Limit_kind_tag, limit->kind) &&
	       put_uint(out, memwatch_Limit_limit_tag, limit->limit) &&
	       put_uint(out, memwatch_Limit_used_tag, limit->used);
}

bool codec_put_metrics(pb_ostream_t *out, const struct metrics *metrics)
{
	const uint64_t *values = metrics->values;

	return put_uint(out, memwatch_Metrics_line_tag, metrics->line) &&
	       put_uint(out, memwatch_Metrics_set_tag, metrics->set) &&
	       put_uint(out, memwatch_Metrics_read_ns_tag, metrics->read_ns) &&
	       put_uint(out, memwatch_Metrics_pss_tag, values[METRIC_PSS]) &&
	       put_uint(out, memwatch_Metrics_uss_tag, values[METRIC_USS]) &&
	       put_uint(out, memwatch_Metrics_swap_tag, values[METRIC_SWAP]) &&
	       put_uint(out, memwatch_Metrics_anon_tag, values[METRIC_ANON]) &&
	       put_uint(out, memwatch_Metrics_file_tag, values[METRIC_FILE]) &&
	       put_uint(out, memwatch_Metrics_shmem_tag, values[METRIC_SHMEM]) &&
	       put_uint(out, memwatch_Metrics_hugetlb_tag, values[METRIC_HUGETLB]) &&
	       put_uint(out, memwatch_Metrics_lazyfree_tag, values[METRIC_LAZYFREE]) &&
	       put_uint(out, memwatch_Metrics_pss_anon_tag, metrics->pss_anon);
}

/* --- reading */

bool codec_get_message(pb_istream_t *in, const pb_msgdesc_t *fields, void *ret_message)
{
	pb_istream_t part;

	return pb_make_string_substream(in, &part) && pb_decode(&part, fields, ret_message) &&
	       pb_close_string_substream(in, &part);
}

bool codec_get_peak(pb_istream_t *in, struct record *ret_record)
{
	memwatch_Peak message = memwatch_Peak_init_zero;

	if (!codec_get_message(in, &memwatch_Peak_msg, &message))
		return false;
	ret_record->type = RECORD_PEAK;
	ret_record->peak = (struct peak){ message.line, message.peak_rss, message.family };
	return true;
}

static bool limit_is_sound(const memwatch_Limit *message)
{
	if (message->limit > INT64_MAX || message->used > INT64_MAX)
		return false;
	if (message->kind == LIMIT_MACHINE)
		return message->line == LINE_SESSION;
	if (message->kind == LIMIT_ASKED)
		return true;
	return message->kind == LIMIT_CGROUP && message->line != LINE_SESSION;
}

bool codec_get_limit(pb_istream_t *in, struct record *ret_record)
{
	memwatch_Limit message = memwatch_Limit_init_zero;

	if (!codec_get_message(in, &memwatch_Limit_msg, &message) || !limit_is_sound(&message))
		return false;
	ret_record->type = RECORD_LIMIT;
	ret_record->limit = (struct limit){
		.line = message.line,
		.kind = (enum limit_kind)message.kind,
		.limit = message.limit,
		.used = message.used,
	};
	return true;
}

static bool metrics_are_sound(const struct metrics *metrics)
{
	for (enum metric i = METRIC_RSS; i < METRICS; i++) {
		bool is_set = metrics->set & METRIC_BIT(i);

		if (metrics->values[i] > INT64_MAX || (!is_set && metrics->values[i]))
			return false;
	}
	if (metrics->pss_anon > metrics->values[METRIC_PSS])
		return false;
	return metrics->line != LINE_SESSION && metrics->read_ns <= INT64_MAX &&
	       !(metrics->set & METRIC_BIT(METRIC_RSS));
}

/* Those that are not known here may be told one day. */
bool codec_get_metrics(pb_istream_t *in, struct record *ret_record)
{
	memwatch_Metrics message = memwatch_Metrics_init_zero;

	if (!codec_get_message(in, &memwatch_Metrics_msg, &message))
		return false;
	ret_record->type = RECORD_METRICS;
	ret_record->metrics = (struct metrics){
		.line = message.line,
		.set = message.set & METRICS_ALL,
		.read_ns = message.read_ns,
		.values = { [METRIC_PSS] = message.pss,
			    [METRIC_USS] = message.uss,
			    [METRIC_SWAP] = message.swap,
			    [METRIC_ANON] = message.anon,
			    [METRIC_FILE] = message.file,
			    [METRIC_SHMEM] = message.shmem,
			    [METRIC_HUGETLB] = message.hugetlb,
			    [METRIC_LAZYFREE] = message.lazyfree },
		.pss_anon = message.pss_anon,
	};
	return metrics_are_sound(&ret_record->metrics);
}
