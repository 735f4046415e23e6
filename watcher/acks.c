#include "watcher/acks.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void marks_free(struct marks *marks)
{
	free(marks->at);
}

/* Capacity for one more: what was taken makes place, or there is more memory. */
static int make_room(struct marks *marks)
{
	if (marks->head + marks->count == marks->room && marks->head > marks->room / 2) {
		memmove(marks->at, marks->at + marks->head, marks->count * sizeof *marks->at);
		marks->head = 0;
	}
	return array_reserve(&marks->at, &marks->room, marks->head + marks->count + 1);
}

int marks_add(struct marks *marks, const struct mark *mark)
{
	struct mark *added;

	if (make_room(marks) < 0)
		return -ENOMEM;
	added = &marks->at[marks->head + marks->count];
	*added = *mark;
	if (marks->count > 0 && added[-1].t_ns > added->t_ns)
		added->t_ns = added[-1].t_ns;
	marks->count++;
	return 0;
}

bool marks_take(struct marks *marks, uint64_t until_ns, struct mark *ret_mark)
{
	if (marks->count == 0 || marks->at[marks->head].t_ns >= until_ns)
		return false;
	*ret_mark = marks->at[marks->head++];
	if (--marks->count == 0)
		marks->head = 0;
	return true;
}
