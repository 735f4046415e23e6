#include "base/stack.h"

#include "base/log.h"

#include <errno.h>
#include <sys/resource.h>

/* A reply with its texts is some tens of KiB; measured: 192 KiB do. */
#define LEAST_KIB 256

int stack_check(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= LEAST_KIB * 1024UL)
		return 0;
	log_error("the stack is limited to %lu KiB (ulimit -s): at least %d KiB are needed",
		  (unsigned long)(limit.rlim_cur / 1024), LEAST_KIB);
	return -ENOMEM;
}
