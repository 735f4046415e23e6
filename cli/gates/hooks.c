#include "cli/gates/hooks.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define VARIABLES 6
#define VARIABLE_ROOM (TEXT_CLEAN_ROOM(TEXT_NAME) + 32)

struct environment {
	char ours[VARIABLES][VARIABLE_ROOM];
	char **list; /* NULL-ended */
};

/* Whether @variable, "NAME=value", is one of ours. */
static bool is_ours(const struct environment *environment, const char *variable)
{
	for (size_t i = 0; i < VARIABLES; i++) {
		size_t length = strcspn(environment->ours[i], "=") + 1;

		if (strncmp(environment->ours[i], variable, length) == 0)
			return true;
	}
	return false;
}

/* The list is to be freed. */
static int make_environment(struct environment *environment, const struct hook_news *news)
{
	char name[TEXT_CLEAN_ROOM(TEXT_NAME)];
	size_t count = 0;

	text_clean(name, sizeof name, news->name, strlen(news->name));
	snprintf(environment->ours[0], VARIABLE_ROOM, "MEMWATCH_PID=%" PRIu32, news->pid);
	snprintf(environment->ours[1], VARIABLE_ROOM, "MEMWATCH_RSS=%" PRIu64, news->rss);
	snprintf(environment->ours[2], VARIABLE_ROOM, "MEMWATCH_LIMIT=%" PRIu64, news->limit);
	snprintf(environment->ours[3], VARIABLE_ROOM, "MEMWATCH_NAME=%s", name);
	snprintf(environment->ours[4], VARIABLE_ROOM, "MEMWATCH_SESSION=%s", news->session);
	/* Whoever looks for what a command has started knows by this that it is none of that. */
	snprintf(environment->ours[5], VARIABLE_ROOM, "MEMWATCH_HELPER=on-limit");
	while (environ[count])
		count++;
	environment->list = calloc(count + VARIABLES + 1, sizeof *environment->list);
	if (!environment->list)
		return -ENOMEM;
	count = 0;
	for (char **each = environ; *each; each++) {
		if (!is_ours(environment, *each))
			environment->list[count++] = *each;
	}
	for (size_t i = 0; i < VARIABLES; i++)
		environment->list[count++] = environment->ours[i];
	return 0;
}

static int spawn(const char *command, int output, char **environment, pid_t *ret_pid)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, changed;
	int error;

	sigemptyset(&none);
	sigemptyset(&changed);
	sigaddset(&changed, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &changed);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	error = posix_spawn(ret_pid, "/bin/sh", &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

static bool runs_for(const struct hooks *hooks, uint32_t line)
{
	for (size_t i = 0; i < hooks->count; i++) {
		if (hooks->running[i].line == line)
			return true;
	}
	return false;
}

int hooks_start(struct hooks *hooks, const char *command, int output, const struct hook_news *news)
{
	struct environment environment;
	pid_t pid;
	int error;

	if (hooks->count == HOOKS_RUNNING || runs_for(hooks, news->line)) {
		hooks->skipped++;
		return 0;
	}
	error = make_environment(&environment, news);
	if (error)
		return error;
	error = spawn(command, output, environment.list, &pid);
	free(environment.list);
	if (!error)
		hooks->running[hooks->count++] = (struct hook){ pid, news->line };
	return error;
}

bool hooks_has(const struct hooks *hooks, pid_t pid)
{
	for (size_t i = 0; i < hooks->count; i++) {
		if (hooks->running[i].pid == pid)
			return true;
	}
	return false;
}

void hooks_reap(struct hooks *hooks)
{
	size_t kept = 0;

	for (size_t i = 0; i < hooks->count; i++) {
		int status = 0;

		if (waitpid(hooks->running[i].pid, &status, WNOHANG) == 0) {
			hooks->running[kept++] = hooks->running[i];
		} else if (status != 0) {
			hooks->failed++;
			hooks->status = status;
		}
	}
	hooks->count = kept;
}
