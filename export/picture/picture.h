/*
 * What a picture of a session shows, collected in one or two passes over its file in memory that is
 * bounded whatever the session's length.
 */
#ifndef EXPORT_PICTURE_PICTURE_H
#define EXPORT_PICTURE_PICTURE_H

#include "export/picture/columns.h"
#include "export/picture/lanes.h"
#include "export/picture/milestones.h"
#include "session/reader.h"

/* Lines drawn: the largest, by their highest sample in the stretch. */
#define PICTURE_LINES 20

/* Columns of each: more than a picture has dots across. */
#define PICTURE_COLUMNS 2000

struct picture_line {
	const struct reader_process *process;
	struct columns columns;
	struct milestones marks;
	bool by_peak; /* it ended before it had a sample: its one value is the kernel's peak */
	bool ended;   /* here, as follows */
	uint64_t end_ns;
	uint64_t end_rss;
	enum end_reason reason;
	int32_t code;
};

struct picture {
	uint64_t zero_ns; /* the session's start */
	uint64_t from_ns; /* the stretch that is drawn */
	uint64_t to_ns;
	struct picture_line lines[PICTURE_LINES]; /* in the order of the session */
	size_t count;
	uint64_t smaller;	   /* lines that are not among them */
	struct milestones session; /* milestones of the session itself; their rss is 0 */
	struct lanes lanes;
	uint64_t milestones; /* of all that is drawn */
	uint64_t most;	     /* the highest value, bytes */
};

/*
 * Collect what @query asks for (its `every` is ignored): 0; or as reader_read; or -ENOMEM, or
 * -ENODATA where there is nothing to draw, with why in @why of TEXT_WHY bytes. Freed by
 * picture_free, before the reader is closed. @query's progress is told 0 to 1 over all passes.
 */
int picture_read(struct picture **ret_picture, struct reader *reader,
		 const struct reader_query *query, char *why);
void picture_free(struct picture *picture);

/*
 * The parts of picture_read, for who has records of another source: open for a stretch, a line for
 * each process (-ENOSPC past PICTURE_LINES), each record, the end. Lines without any value are
 * taken out then. 0 or a negative errno.
 */
int picture_open(struct picture **ret_picture, uint64_t zero_ns, uint64_t from_ns, uint64_t to_ns);
int picture_line(struct picture *picture, const struct reader_process *process);
int picture_add(struct picture *picture, const struct record *record);
int picture_end(struct picture *picture);

#endif
