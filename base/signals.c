#include "base/signals.h"

#include <stddef.h>

bool signals_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void signals_add(sigset_t *set, int number)
{
	if (!signals_ignored(number))
		sigaddset(set, number);
}
