#include "cli/elsewhere.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* How to follow it instead; the text has to fit a milestone's label. */
#define BY_CGROUP                                                                                  \
	"its processes are no descendants and not followed; name them with --cgroup or --unit"

static const struct elsewhere {
	const char *name;
	const char *what;
	const char *unless; /* an argument with which it starts its processes itself */
} elsewhere[] = {
	{ "docker", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "docker-compose", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "nerdctl", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "ctr", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "crictl", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "lxc-start", "a monitor starts the container: " BY_CGROUP, NULL },
	{ "lxc", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "incus", "a daemon starts the containers: " BY_CGROUP, NULL },
	{ "podman", "a monitor starts the containers: " BY_CGROUP, NULL },
	{ "buildah", "a monitor starts the containers: " BY_CGROUP, NULL },
	{ "kubectl", "a cluster runs the pods: " BY_CGROUP " on their node", NULL },
	{ "systemd-run", "systemd starts the unit: " BY_CGROUP, "--scope" },
	{ "systemctl", "systemd starts the unit: " BY_CGROUP, NULL },
	{ "machinectl", "systemd starts the processes: " BY_CGROUP, NULL },
	{ "virsh", "a daemon starts the machines: " BY_CGROUP, NULL },
	{ "at", "a daemon starts the job: " BY_CGROUP, NULL },
	{ "batch", "a daemon starts the job: " BY_CGROUP, NULL },
	{ "ssh", "the command runs on that host: " BY_CGROUP " there", NULL },
	{ "srun", "Slurm starts the tasks: " BY_CGROUP " on their node", NULL },
	{ "sbatch", "Slurm starts the job: " BY_CGROUP " on its node", NULL },
	{ "salloc", "Slurm starts the tasks: " BY_CGROUP " on their node", NULL },
	{ "qsub", "a batch system starts the job: " BY_CGROUP " on its node", NULL },
};

/* They run the command behind their options. */
static const char *const wrappers[] = { "sudo",	  "doas",    "env",  "nice",	"ionice",
					"nohup",  "time",    "chrt", "taskset", "stdbuf",
					"setsid", "timeout", "exec" };
static const char *const shells[] = { "sh", "bash", "dash", "zsh", "ksh" };

static bool is_one_of(const char *name, size_t length, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	}
	return false;
}

/* The last part of the path that @word begins with: its length. */
static size_t base_of(const char *word, const char **ret_base)
{
	size_t length = strcspn(word, " \t\n;&|");
	size_t from = length;

	while (from > 0 && word[from - 1] != '/')
		from--;
	*ret_base = word + from;
	return length - from;
}

/* What a wrapper's options have for values: numbers, times, sets, assignments. */
static bool is_for_wrapper(const char *word)
{
	return word[0] == '-' || isdigit((unsigned char)word[0]) || strchr(word, '=');
}

static bool has(char *const *arguments, const char *wanted)
{
	for (; wanted && *arguments; arguments++) {
		if (strstr(*arguments, wanted))
			return true;
	}
	return false;
}

static const struct elsewhere *find(const char *name, size_t length, char *const *arguments)
{
	for (size_t i = 0; i < COUNT(elsewhere); i++) {
		if (strlen(elsewhere[i].name) == length &&
		    strncmp(elsewhere[i].name, name, length) == 0)
			return has(arguments, elsewhere[i].unless) ? NULL : &elsewhere[i];
	}
	return NULL;
}

const char *elsewhere_explain(char *const *arguments, char *text, size_t size)
{
	const struct elsewhere *found;
	const char *name;
	size_t length = base_of(*arguments, &name);

	while (is_one_of(name, length, wrappers, COUNT(wrappers))) {
		do
			arguments++;
		while (*arguments && is_for_wrapper(*arguments));
		if (!*arguments)
			return NULL;
		length = base_of(*arguments, &name);
	}
	if (is_one_of(name, length, shells, COUNT(shells)) && arguments[1] &&
	    strcmp(arguments[1], "-c") == 0 && arguments[2])
		length = base_of(arguments[2], &name);
	found = find(name, length, arguments);
	if (!found)
		return NULL;
	snprintf(text, size, "%s: %s", found->name, found->what);
	return text;
}
