#include "watcher/slots.h"

#include <unistd.h>

void slots_leave(struct slots *slots, uint32_t line, uint64_t version)
{
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->at[i].line == line && !slots->at[i].leaves)
			slots->at[i].leaves = version;
	}
}

void slots_close(struct slots *slots, uint64_t version)
{
	size_t kept = 0;

	for (size_t i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->at[i];

		if (!slot->leaves || slot->leaves > version)
			slots->at[kept++] = *slot;
		else if (slot->fd >= 0)
			close(slot->fd);
	}
	slots->count = kept;
}
