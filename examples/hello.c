/* The smallest instrumented program: cc hello.c $(pkg-config --cflags --libs memwatch) */
#include <memwatch.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	mw_register("hello");
	mw_event("started");
	char *data = malloc(50000000);
	FILE *file = fopen("/dev/zero", "r");
	if (data && file && fread(data, 50000000, 1, file) == 1)
		mw_event("50 MB read");
	sleep(2);
	free(data);
	mw_event("done");
	return 0;
}
