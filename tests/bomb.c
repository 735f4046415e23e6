/*
 * Many short-lived children. Usage: bomb COUNT ZOMBIES|ORPHANS: children that nobody waits for
 * until all have ended, or that lose their parent at once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void start(int count)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid < 0)
			_exit(1);
	}
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[1]) : 0;
	pid_t middle;

	if (count <= 0)
		return 2;
	if (strcmp(argv[2], "zombies") == 0) {
		start(count);
		usleep(1000000);
		while (wait(NULL) > 0)
			continue;
		return 0;
	}
	middle = fork();
	if (middle == 0) {
		start(count);
		_exit(0);
	}
	waitpid(middle, NULL, 0);
	usleep(600000);
	return 0;
}
