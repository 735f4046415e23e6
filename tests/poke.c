/*
 * poke SOCKET: send standard input to a Unix socket as it is, then print what comes back, until the
 * other end hangs up.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int copy(int from, int to)
{
	char bytes[4096];
	ssize_t size;

	while ((size = read(from, bytes, sizeof(bytes))) > 0) {
		if (write(to, bytes, (size_t)size) != size)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(argv[1]);
		return 1;
	}
	/* The other end may hang up while we send. */
	if (copy(STDIN_FILENO, fd) < 0)
		return 0;
	copy(fd, STDOUT_FILENO);
	return 0;
}
