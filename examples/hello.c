/* The smallest instrumented program: cc hello.c $(pkg-config --cflags --libs memwatch) */
#include <memwatch.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	mw_register("hello");
	mw_event("started");
	char *data = malloc(50000000);
	if (data)
		memset(data, 1, 50000000);
	mw_event("50 MB filled");
	sleep(2);
	free(data);
	mw_event("done");
	return 0;
}
