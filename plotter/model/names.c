#include "plotter/model/names.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void names_free(struct names *names)
{
	free(names->past);
	*names = (struct names){ 0 };
}

static int make_room(struct names *names)
{
	if (names->count == NAMES_KEPT)
		memmove(names->past, names->past + 1, --names->count * sizeof(*names->past));
	return array_reserve(&names->past, &names->capacity, names->count + 1);
}

int names_add(struct names *names, uint64_t t_ns, const char *name, const char *command)
{
	struct past_name *past;

	if (make_room(names))
		return -ENOMEM;
	past = &names->past[names->count++];
	past->until_ns = t_ns;
	text_copy(past->name, sizeof(past->name), name);
	text_copy(past->command, sizeof(past->command), command);
	if (names->count > 1 && past[-1].until_ns > t_ns)
		past->until_ns = past[-1].until_ns;
	return 0;
}

const struct past_name *names_at(const struct names *names, uint64_t t_ns)
{
	for (size_t i = 0; i < names->count; i++) {
		if (t_ns < names->past[i].until_ns)
			return &names->past[i];
	}
	return NULL;
}
