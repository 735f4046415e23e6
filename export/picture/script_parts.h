/*
 * The parts of a script: its texts and its data. Within script*.c only.
 */
#ifndef EXPORT_PICTURE_SCRIPT_PARTS_H
#define EXPORT_PICTURE_SCRIPT_PARTS_H

#include "export/picture/frame.h"

#include <stdio.h>

struct script {
	FILE *out;
	const struct picture *picture;
	struct frame *frame;
	const char *separator; /* before the next of plot's parts */
};

/* How many rows went into the blocks that may be empty. */
struct script_rows {
	size_t milestones;
	size_t session;
	size_t ends;
};

/* $NAME with a text a line: each clean, and without a newline. */
void script_texts(const struct script *script, const char *name, const char *const *texts,
		  size_t count);

/* $names, $line1 ..., $milestones, $session, $ends, $spans, $span_texts: 0 or -ENOMEM. */
int script_data(const struct script *script, struct script_rows *ret_rows);

/* $labels, and where they stand. */
void script_labels(const struct script *script);

#endif
