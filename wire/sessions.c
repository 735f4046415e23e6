#include "wire/sessions.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sessions_run(const char *session)
{
	struct rundir dir;

	return rundir_open(&dir, session, false) == 0 && rundir_owner(&dir) >= 0;
}

void sessions_own_name(char name[RUNDIR_NAME], pid_t pid, unsigned number)
{
	if (number > 1)
		snprintf(name, RUNDIR_NAME, "%d-%u", (int)pid, number);
	else
		snprintf(name, RUNDIR_NAME, "%d", (int)pid);
}

bool sessions_is_own(const char *session)
{
	size_t pid = strspn(session, "0123456789");
	size_t number;

	if (pid == 0 || session[pid] == '\0')
		return pid > 0;
	number = strspn(session + pid + 1, "0123456789");
	return session[pid] == '-' && number > 0 && session[pid + 1 + number] == '\0';
}

const char *sessions_of_environment(void)
{
	const char *session = secure_getenv("MEMWATCH_SESSION");

	if (!session || !session[0])
		return SESSION_DEFAULT;
	if (sessions_run(session))
		return session;
	return sessions_is_own(session) || sessions_run(SESSION_DEFAULT) ? SESSION_DEFAULT
									 : session;
}

int sessions_after(const struct rundir *dir, struct rundir *ret_dir)
{
	const char *slash = strrchr(dir->path, '/');
	const char *name = slash ? slash + 1 : dir->path;
	int error;

	if (strcmp(name, SESSION_DEFAULT) == 0 || rundir_owner(dir) >= 0)
		return -ENOENT;
	error = rundir_beside(dir, SESSION_DEFAULT, sessions_is_own(name), ret_dir);
	if (!error && !sessions_is_own(name) && rundir_owner(ret_dir) < 0)
		return -ENOENT;
	return error;
}

void sessions_each(bool running, sessions_fn each, void *arg)
{
	char path[RUNDIR_PATH];
	struct dirent *file;
	DIR *dir;

	if (rundir_base(path) < 0)
		return;
	dir = opendir(path);
	while (dir && (file = readdir(dir)) != NULL) {
		if (rundir_name_valid(file->d_name) && (!running || sessions_run(file->d_name)))
			each(arg, file->d_name);
	}
	if (dir)
		closedir(dir);
}
