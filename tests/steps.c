/*
 * A program that does what its arguments say, one after the other:
 *	touch MIB	have so much more, touched
 *	free		give the last of those back
 *	event LABEL	a milestone
 *	begin NAME	a span of category "work"; end: the last one's end
 *	sleep MS
 *	quick N		N milestones in a row
 *	fork		what follows is done by a child; its parent waits for it
 */
#include "client/memwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 16
#define MIB (1024UL * 1024)

struct state {
	void *blocks[MOST];
	size_t sizes[MOST];
	unsigned block_count;
	mw_span spans[MOST];
	unsigned span_count;
};

static void touch(struct state *state, size_t size)
{
	void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED || state->block_count == MOST)
		exit(3);
	memset(block, 1, size);
	state->blocks[state->block_count] = block;
	state->sizes[state->block_count++] = size;
}

static void give_back(struct state *state)
{
	if (state->block_count == 0)
		exit(3);
	state->block_count--;
	munmap(state->blocks[state->block_count], state->sizes[state->block_count]);
}

static void go_on_in_child(void)
{
	pid_t child = fork();
	int status = 1;

	if (child < 0)
		exit(3);
	if (child == 0)
		return;
	waitpid(child, &status, 0);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Whether it is a step without an argument. */
static int do_alone(struct state *state, const char *what)
{
	if (strcmp(what, "free") == 0)
		give_back(state);
	else if (strcmp(what, "fork") == 0)
		go_on_in_child();
	else if (strcmp(what, "end") == 0 && state->span_count > 0)
		mw_end(state->spans[--state->span_count]);
	else
		return 0;
	return 1;
}

static void do_with(struct state *state, const char *what, const char *argument)
{
	if (strcmp(what, "touch") == 0)
		touch(state, strtoul(argument, NULL, 10) * MIB);
	else if (strcmp(what, "event") == 0)
		mw_event(argument);
	else if (strcmp(what, "begin") == 0 && state->span_count < MOST)
		state->spans[state->span_count++] = mw_begin("work", argument);
	else if (strcmp(what, "sleep") == 0)
		usleep((useconds_t)strtoul(argument, NULL, 10) * 1000);
	else if (strcmp(what, "quick") == 0)
		for (unsigned long i = strtoul(argument, NULL, 10); i > 0; i--)
			mw_event("quick");
	else
		exit(2);
}

int main(int argc, char **argv)
{
	struct state state = { .block_count = 0 };

	for (int i = 1; i < argc; i++) {
		if (do_alone(&state, argv[i]))
			continue;
		if (i + 1 == argc)
			return 2;
		do_with(&state, argv[i], argv[i + 1]);
		i++;
	}
	return 0;
}
