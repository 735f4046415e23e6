#include "cli/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "wire/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define READY_FD 3

/* Another command may start a watcher at the same time, and the older one may be ending. */
#define MARK_MS 800 /* with what is done beside it, less than a second */

/* What a command may take on between that it says what it has had, and its end. */
#define ASKING_BYTES (256U << 10)

#define ATTACH_TRIES 250
#define ATTACH_PAUSE_NS (20 * NS_PER_MS)

/* Sessions of one's own that may have the same PID in their names. */
#define OWN_MOST 1000

/* --- which one */

/* The one that runs, of several the last that was met. */
struct running {
	char name[RUNDIR_NAME];
	size_t count;
	char list[256];
};

static void take_running(void *arg, const char *name)
{
	struct running *running = arg;
	size_t used = strlen(running->list);

	text_copy(running->name, sizeof running->name, name);
	running->count++;
	if (used + strlen(name) + sizeof ", ..." < sizeof running->list)
		snprintf(running->list + used, sizeof running->list - used, "%s%s",
			 used ? ", " : "", name);
	else if (!strstr(running->list, ", ..."))
		snprintf(running->list + used, sizeof running->list - used, ", ...");
}

static void set_session(struct options *options, const char *name)
{
	text_copy(options->session_name, sizeof options->session_name, name);
	options->session = options->session_name;
}

bool session_names_processes(const struct options *options)
{
	return options->pid_count > 0 || options_have_rules(options);
}

int session_choose(struct options *options, enum command_session use)
{
	bool joins = use == SESSION_NAMED && session_names_processes(options);
	struct running running = { .count = 0 };

	if (options->session_given || use == SESSION_OWN)
		return 0;
	set_session(options, sessions_of_environment());
	if (joins || use == SESSION_LATE || sessions_run(options->session))
		return 0;
	if (use == SESSION_NAMED && options->argument_count > 0)
		return 0;
	sessions_each(true, take_running, &running);
	if (running.count == 1)
		set_session(options, running.name);
	if (running.count < 2)
		return 0;
	log_error("%zu sessions run (%s): name one with --session; 'memwatch sessions' tells them "
		  "apart",
		  running.count, running.list);
	return EXIT_USAGE;
}

/* --- a running one */

static int open_directory(const struct options *options, struct rundir *ret_dir, bool create)
{
	int error = rundir_open(ret_dir, options->session, create);

	/* Nobody has made it, so nobody runs in it. */
	if (error == -ENOENT && !create)
		return 0;
	if (error)
		log_error("%s: %s", ret_dir->path, rundir_error(error));
	return error ? EXIT_FAIL : 0;
}

static int say_absent(const struct options *options, int error)
{
	if (error == -ENOENT || error == -EPIPE)
		log_error("session '%s': no watcher runs in it; 'memwatch --pid PID' or memwatchd "
			  "starts one",
			  options->session);
	else
		log_error("session '%s': %s", options->session, control_error(error));
	return EXIT_FAIL;
}

int session_try(const struct options *options, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, void *arg)
{
	struct control control;
	struct rundir dir;
	int error;

	if (open_directory(options, &dir, false) != 0)
		return EXIT_FAIL;
	error = control_open(&control, &dir);
	request->selection = options->selection;
	if (!error) {
		error = control_ask(&control, request, ret_reply, each_process, NULL, arg);
		control_close(&control);
	}
	if (error)
		return say_absent(options, error);
	return ret_reply->ok ? 0 : EXIT_FAIL;
}

int session_ask(const struct options *options, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, void *arg)
{
	int status;

	ret_reply->message[0] = '\0';
	status = session_try(options, request, ret_reply, each_process, arg);
	if (status && ret_reply->message[0])
		log_error("%s", ret_reply->message);
	return status;
}

int session_mark(const struct options *options, uint32_t pid, const char *label,
		 char ret_problem[TEXT_LABEL + 1])
{
	struct request request = { .op = REQUEST_EVENT, .pid = pid };
	struct reply reply = { .ok = false };
	struct control control;
	struct rundir dir;
	int error = rundir_open(&dir, options->session, false);

	if (!error)
		error = control_open(&control, &dir);
	if (error)
		return error;
	control.answer_ms = MARK_MS;
	text_copy(request.text, sizeof request.text, label);
	error = control_ask(&control, &request, &reply, NULL, NULL, NULL);
	control_close(&control);
	if (error || reply.ok)
		return error;
	text_copy(ret_problem, TEXT_LABEL + 1, reply.message);
	return -EPERM;
}

int session_tell(const struct options *options, struct request *request)
{
	struct reply reply = { .ok = false };
	struct control control;
	struct rundir dir;
	int error = rundir_open(&dir, options->session, false);

	if (!error)
		error = control_open(&control, &dir);
	if (error)
		return error;
	control.answer_ms = MARK_MS;
	error = control_ask(&control, request, &reply, NULL, NULL, NULL);
	control_close(&control);
	return error;
}

bool session_runs(const struct options *options)
{
	struct rundir dir;

	return rundir_open(&dir, options->session, false) == 0 && rundir_owner(&dir) > 0;
}

void session_tell_own(void)
{
	const char *session = secure_getenv("MEMWATCH_SESSION");
	struct request request = { .op = REQUEST_OWN, .pid = (uint32_t)getpid() };
	struct reply reply;
	struct control control;
	struct rundir dir;
	struct rusage usage;

	if (!session || !session[0] || rundir_open(&dir, session, false) < 0 ||
	    rundir_owner(&dir) <= 0 || control_open(&control, &dir) < 0)
		return;
	getrusage(RUSAGE_SELF, &usage);
	request.peak = (uint64_t)usage.ru_maxrss * 1024 + ASKING_BYTES;
	control.answer_ms = MARK_MS;
	control_ask(&control, &request, &reply, NULL, NULL, NULL);
	control_close(&control);
}

/* Wait until the watcher that holds the session has ended; no longer than a pause, for it may be
 * one that is about to begin. */
static void pause_for_owner(const struct rundir *dir)
{
	int owner = rundir_owner(dir);
	struct pollfd end = { .fd = owner > 0 ? pidfd_open(owner, 0) : -1, .events = POLLIN };

	if (end.fd < 0) {
		clock_sleep_ns(ATTACH_PAUSE_NS);
		return;
	}
	poll(&end, 1, ATTACH_PAUSE_NS / NS_PER_MS);
	close(end.fd);
}

int session_wait_end(const struct options *options)
{
	struct rundir dir;

	if (open_directory(options, &dir, false) != 0)
		return EXIT_FAIL;
	for (int i = 0; i < ATTACH_TRIES; i++) {
		if (rundir_owner(&dir) < 0)
			return 0;
		pause_for_owner(&dir);
	}
	log_error("session '%s': its watcher does not end", options->session);
	return EXIT_FAIL;
}

/* --- a private watcher */

void session_program(char *path, size_t size, const char *name)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		slash[1] = '\0';
	snprintf(path, size, "%s%s", self, name);
	if (!slash || access(path, X_OK) < 0)
		snprintf(path, size, "%s", name);
}

static int spawn_watcher(const struct options *options, int ready_fd, pid_t *ret_pid)
{
	char path[PATH_MAX + 16];
	char interval[32];
	char *argv[] = { "memwatchd",  "--private", "--foreground",
			 "--ready-fd", "3",	    "--interval",
			 interval,     "--session", (char *)(uintptr_t)options->session,
			 NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	session_program(path, sizeof path, "memwatchd");
	snprintf(interval, sizeof interval, "%lluus",
		 (unsigned long long)((options->interval_ns ? options->interval_ns : NS_PER_S) /
				      NS_PER_US));
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ready_fd, READY_FD);
	error = posix_spawnp(ret_pid, path, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		log_error("%s: cannot start the watcher: %s", path, strerror(error));
	return -error;
}

/* Start a private one: 0; RUNDIR_STATUS_BUSY where another one runs in the session; else EXIT_FAIL
 * after a message. */
static int start_watcher(const struct options *options)
{
	int fds[2];
	char byte;
	ssize_t size;
	pid_t pid;
	int status = 0;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return say_absent(options, -errno);
	if (spawn_watcher(options, fds[1], &pid) < 0) {
		close(fds[0]);
		close(fds[1]);
		return EXIT_FAIL;
	}
	close(fds[1]);
	do
		size = read(fds[0], &byte, 1);
	while (size < 0 && errno == EINTR);
	close(fds[0]);
	if (size == 1) {
		log_debug("session '%s': started a watcher, pid %d", options->session, (int)pid);
		return 0;
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == RUNDIR_STATUS_BUSY ? RUNDIR_STATUS_BUSY
									      : EXIT_FAIL;
}

static void compare_interval(const struct options *options, const struct session_info *session)
{
	char has[UNITS_TEXT];

	if (options->interval_ns && options->interval_ns != session->interval_ns)
		log_error("session '%s' runs already with an interval of %s, which stays",
			  session->name, units_format_duration(has, session->interval_ns));
}

/* What is to be sampled beside the RSS: 0, or EXIT_FAIL after a message. */
static int want_metrics(const struct options *options, struct source *source)
{
	const struct session_info *session = source_session(source);
	uint64_t asked_ns = options->metrics_interval_ns;
	char has[UNITS_TEXT], why[TEXT_LABEL + 1];
	int error;

	if (!options->metrics)
		return 0;
	error = source_want(source, options->metrics, asked_ns, why);
	if (error) {
		log_error("session '%s': %s", options->session,
			  error == -EPERM ? why : control_error(error));
		return EXIT_FAIL;
	}
	if (asked_ns && session->metrics_interval_ns && asked_ns != session->metrics_interval_ns)
		log_error("session '%s' reads PSS and USS each %s already, which stays",
			  session->name, units_format_duration(has, session->metrics_interval_ns));
	return 0;
}

static int attach(const struct options *options, struct source **ret_source)
{
	struct rundir dir;
	int error = -ENOENT;
	int status;

	for (int i = 0; i < ATTACH_TRIES; i++) {
		if (open_directory(options, &dir, true) != 0)
			return EXIT_FAIL;
		error = source_open(ret_source, &dir);
		if (!error) {
			log_debug("session '%s': attached in %s", options->session, dir.path);
			return 0;
		}
		if (error != -ENOENT && error != -EPIPE)
			break;
		if (i > 0)
			pause_for_owner(&dir);
		status = rundir_owner(&dir) < 0 ? start_watcher(options) : 0;
		if (status && status != RUNDIR_STATUS_BUSY)
			return EXIT_FAIL;
	}
	return say_absent(options, error);
}

/* Whether the session has another interval than is asked for. */
static bool differs(const struct options *options, const struct source *source)
{
	return options->interval_ns && options->interval_ns != source_session(source)->interval_ns;
}

int session_start(struct options *options, pid_t pid, struct source **ret_source)
{
	char name[RUNDIR_NAME];
	int status = RUNDIR_STATUS_BUSY;

	for (unsigned i = 1; i <= OWN_MOST && status == RUNDIR_STATUS_BUSY; i++) {
		sessions_own_name(name, pid, i);
		set_session(options, name);
		status = start_watcher(options);
	}
	if (status == RUNDIR_STATUS_BUSY)
		log_error("session '%s': is taken, and so are the %d others for PID %d",
			  options->session, OWN_MOST - 1, (int)pid);
	if (status)
		return EXIT_FAIL;
	status = attach(options, ret_source);
	return status ? status : want_metrics(options, *ret_source);
}

int session_attach(struct options *options, struct source **ret_source)
{
	char joined[RUNDIR_NAME], has[UNITS_TEXT], asked[UNITS_TEXT];
	int status = attach(options, ret_source);

	if (status)
		return status;
	if (options->session_given || !session_names_processes(options) ||
	    !differs(options, *ret_source)) {
		compare_interval(options, source_session(*ret_source));
		return want_metrics(options, *ret_source);
	}
	text_copy(joined, sizeof joined, options->session);
	units_format_duration(has, source_session(*ret_source)->interval_ns);
	source_close(*ret_source);
	*ret_source = NULL;
	status = session_start(options, getpid(), ret_source);
	if (!status)
		log_error("session '%s' has an interval of %s: %s is that of session '%s', made "
			  "for this command; what programs push goes to '%s'",
			  joined, has, units_format_duration(asked, options->interval_ns),
			  options->session, joined);
	return status;
}

int session_select(struct options *options, struct source *source)
{
	char why[TEXT_LABEL + 1] = "";
	int error = source_select(source, &options->selection, why);

	if (error)
		log_error("session '%s': %s", options->session,
			  error == -EPERM ? why : control_error(error));
	return error ? EXIT_FAIL : 0;
}

int session_look(const struct options *asked, uint64_t until_ns, struct source **ret_source)
{
	struct options found = *asked;
	struct options *options = &found;
	struct rundir dir;
	int status;
	int error;

	for (;;) {
		status = session_choose(options, SESSION_TALK);
		if (status)
			return status;
		if (open_directory(options, &dir, false) != 0)
			return EXIT_FAIL;
		error = source_look(ret_source, &dir);
		if (!error)
			return 0;
		if ((error != -ENOENT && error != -EPIPE) || clock_mono_ns() >= until_ns)
			return say_absent(options, error);
		clock_sleep_ns(ATTACH_PAUSE_NS);
	}
}

static int add_rule(const struct options *options, const char *pattern)
{
	const struct rule_options *rules = &options->rules;
	struct request request = { .op = REQUEST_RULE };
	struct reply reply;

	request.since = (rules->full ? RULE_FULL : 0) | (options->family ? RULE_FAMILY : 0);
	if (rules->has_user)
		snprintf(request.category, sizeof request.category, "%lu",
			 (unsigned long)rules->user);
	text_copy(request.text, sizeof request.text, pattern);
	text_copy(request.name, sizeof request.name, options->as);
	return session_ask(options, &request, &reply, NULL, NULL);
}

static int add_cgroup(const struct options *options, size_t i)
{
	struct request request = { .op = REQUEST_RULE,
				   .since = options->rules.is_unit[i] ? RULE_UNIT : 0 };
	struct reply reply;

	text_copy(request.path, sizeof request.path, options->rules.cgroups[i]);
	text_copy(request.name, sizeof request.name, options->as);
	return session_ask(options, &request, &reply, NULL, NULL);
}

int session_add_rules(const struct options *options)
{
	const struct rule_options *rules = &options->rules;
	int status = 0;

	for (size_t i = 0; i < rules->name_count && !status; i++)
		status = add_rule(options, rules->names[i]);
	if (rules->has_user && rules->name_count == 0)
		status = add_rule(options, "");
	for (size_t i = 0; i < rules->cgroup_count && !status; i++)
		status = add_cgroup(options, i);
	return status;
}
