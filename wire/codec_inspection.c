#include "wire/codec_pb.h"

bool codec_put_inspection(pb_ostream_t *out, const struct inspection *inspection)
{
	const struct memory_use *use = &inspection->use;

	return put_uint(out, memwatch_Inspection_line_tag, inspection->line) &&
	       put_uint(out, memwatch_Inspection_number_tag, inspection->number) &&
	       put_uint(out, memwatch_Inspection_place_tag, inspection->place) &&
	       put_uint(out, memwatch_Inspection_kinds_tag, inspection->kinds) &&
	       put_uint(out, memwatch_Inspection_kind_tag, inspection->kind) &&
	       put_text(out, memwatch_Inspection_name_tag, inspection->name) &&
	       put_uint(out, memwatch_Inspection_mappings_tag, use->mappings) &&
	       put_uint(out, memwatch_Inspection_size_tag, use->size) &&
	       put_uint(out, memwatch_Inspection_rss_tag, use->rss) &&
	       put_uint(out, memwatch_Inspection_pss_tag, use->pss) &&
	       put_uint(out, memwatch_Inspection_private_dirty_tag, use->private_dirty) &&
	       put_uint(out, memwatch_Inspection_swap_tag, use->swap) &&
	       put_uint(out, memwatch_Inspection_hugetlb_tag, use->hugetlb) &&
	       put_uint(out, memwatch_Inspection_lazyfree_tag, use->lazyfree);
}

static bool use_is_sound(const struct memory_use *use)
{
	return use->mappings <= INT64_MAX && use->size <= INT64_MAX && use->rss <= INT64_MAX &&
	       use->pss <= INT64_MAX && use->private_dirty <= INT64_MAX && use->swap <= INT64_MAX &&
	       use->hugetlb <= INT64_MAX && use->lazyfree <= INT64_MAX;
}

static bool kind_is_sound(const memwatch_Inspection *message)
{
	if (message->line == LINE_SESSION || message->kinds > INSPECTION_KINDS)
		return false;
	if (message->kinds == 0)
		return message->place == 0 && message->kind == 0;
	return message->place < message->kinds && message->kind >= MEMORY_HEAP &&
	       message->kind <= MEMORY_OTHERS;
}

bool codec_get_inspection(pb_istream_t *in, struct record *ret_record, memwatch_Inspection *message)
{
	if (!codec_get_message(in, &memwatch_Inspection_msg, message) || !kind_is_sound(message))
		return false;
	ret_record->type = RECORD_INSPECTION;
	ret_record->inspection = (struct inspection){
		.line = message->line,
		.number = message->number,
		.place = message->place,
		.kinds = message->kinds,
		.kind = (enum memory_kind)message->kind,
		.name = message->name,
		.use = { .mappings = message->mappings,
			 .size = message->size,
			 .rss = message->rss,
			 .pss = message->pss,
			 .private_dirty = message->private_dirty,
			 .swap = message->swap,
			 .hugetlb = message->hugetlb,
			 .lazyfree = message->lazyfree },
	};
	return use_is_sound(&ret_record->inspection.use);
}
