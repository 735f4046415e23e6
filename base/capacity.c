#include "base/capacity.h"

#include <errno.h>
#include <stdlib.h>

int room_reserve(void **memory, size_t *room, size_t count, size_t size)
{
	void *grown;

	if (count <= *room)
		return 0;
	grown = realloc(*memory, count * size);
	if (!grown)
		return -ENOMEM;
	*memory = grown;
	*room = count;
	return 0;
}
