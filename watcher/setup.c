#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "session/schema.h"
#include "watcher/core.h"
#include "proc/pidfd.h"
#include "wire/pidns.h"
#include "wire/sessions.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOCK_TRIES 20
#define LOCK_PAUSE_NS (50 * NS_PER_MS)

/* Between two looks whether what was made again has come to stay. */
#define RESTORE_NS NS_PER_S
#define RESTORES_TOLD 10

/* Descriptors that are not for the files of processes: those of their looks, of the recorder, of
 * programs that come. */
#define RESERVE 48

#define BACKLOG_BYTES (4UL << 20)
#define BACKLOG_HELD_BYTES (64UL << 20)

int setup_watch_gate(struct core *core)
{
	int error = core_watch(core, core->gate.pair, EPOLLIN, SOURCE_PAIR, 0);

	if (!error)
		error = core_watch(core, core->gate.pidfd, EPOLLIN, SOURCE_GATE_END, 0);
	return error;
}

static int open_signals(struct core *core)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signals_add(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a recording that reaches the limit says so */
	core->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (core->signals < 0)
		return -errno;
	return core_watch(core, core->signals, EPOLLIN, SOURCE_SIGNAL, 0);
}

/* Two descriptors a process are kept open, while there are more than a reserve for all else. */
static void raise_descriptors(struct core *core)
{
	struct rlimit limit;

	core->lean.first = INT_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX)
		core->lean.first =
			(int)limit.rlim_cur -
			(limit.rlim_cur / 4 < RESERVE ? (int)limit.rlim_cur / 4 : RESERVE);
}

static void describe_session(struct core *core)
{
	struct session_info *session = &core->session;

	text_copy(session->name, sizeof session->name, core->options->session);
	if (gethostname(session->host, sizeof session->host - 1) < 0)
		session->host[0] = '\0';
	session->pid = (uint32_t)getpid();
	session->pid_ns = pidns_own();
	session->interval_ns = core->options->interval_ns;
	session->metrics = METRIC_BIT(METRIC_RSS);
	clock_read_all(&core->clocks.last);
	session->start_wall_ns = core->clocks.last.wall_ns;
	session->start_ns = core->clocks.last.mono_ns;
	core->missed_from_ns = session->start_ns;
}

static int open_parts(struct core *core)
{
	core->registry = registry_new();
	core->merge = merge_new();
	core->backlog = backlog_new(&(struct backlog_bounds){ BACKLOG_BYTES, BACKLOG_HELD_BYTES });
	core->emitters = emitters_new();
	family_open(&core->family);
	kin_open(&core->kin);
	if (bounds_open(&core->bounds, "") < 0)
		return -ENOMEM;
	core->packet = malloc(sizeof *core->packet);
	if (!core->registry || !core->merge || !core->backlog || !core->emitters || !core->packet ||
	    output_open(core) < 0)
		return -ENOMEM;
	core->epoll = epoll_create1(EPOLL_CLOEXEC);
	core->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (core->epoll < 0 || core->timer < 0)
		return -errno;
	return core_watch(core, core->timer, EPOLLIN, SOURCE_TIMER, 0);
}

static int wait_for_gate(struct core *core)
{
	struct epoll_event event;

	for (;;) {
		ssize_t size;

		if (epoll_wait(core->epoll, &event, 1, 5000) <= 0)
			return -ETIMEDOUT;
		if (event.data.u64 >> 32 == SOURCE_SIGNAL)
			return -EINTR;
		size = gatelink_receive(&core->gate, core->packet);
		if (size >= 0 && core->packet->head.kind == PAIR_READY) {
			core->gate_ready = true;
			return 0;
		}
		if (size == -EPIPE)
			return -EPIPE;
	}
}

static int open_recording(struct core *core)
{
	char why[TEXT_WHY];
	struct recorder_order order = { .path = core->options->output,
					.title = core->options->title,
					.force = core->options->force };
	int error = record_begin(core, &order, why);

	if (error)
		log_error("%s: %s", core->options->output, why);
	return error;
}

/* What to raise, or who refuses. */
static const char *limit_of(int error)
{
	switch (-error) {
	case EMFILE:
		return " (ulimit -n)";
	case EAGAIN:
		return " (ulimit -u)";
	case EPERM:
	case ENOSYS:
		return " (a system call is refused, by seccomp for instance)";
	default:
		return "";
	}
}

int setup_open(struct core *core)
{
	int error = open_parts(core);

	core->no_pidfds = pidfd_is_missing();
	if (!error && core->no_pidfds)
		core_notice(core, "pidfd_open: the system call is refused, by seccomp for "
				  "instance, or Linux is older than 5.3; ends of processes are "
				  "looked for 4 times a second instead");
	if (!error)
		error = open_signals(core);
	if (!error)
		error = clocks_open(core);
	/* It opens its sockets while libproc2 is being loaded here. */
	if (!error)
		error = gatelink_start(&core->gate, core->options->session);
	if (!error)
		error = setup_watch_gate(core);
	if (!error)
		error = procinfo_open(&core->procinfo);
	if (!error)
		error = wait_for_gate(core);
	if (error == -EPIPE || error == -EINTR)
		return error; /* the gate has said why */
	if (!error)
		error = sampler_start(&core->sampler, core->session.start_ns,
				      core->options->interval_ns);
	if (!error)
		error = core_watch(core, sampler_fd(core->sampler), EPOLLIN, SOURCE_SAMPLER, 0);
	if (!error)
		error = figures_want(core, core->options->metrics,
				     core->options->metrics_interval_ns);
	if (!error)
		error = arrival_open(core);
	if (!error && core->options->output)
		return open_recording(core);
	if (error)
		log_error("cannot start the session: %s%s", strerror(-error), limit_of(error));
	return error;
}

static void remove_socket(const struct core *core, const char *name)
{
	char path[RUNDIR_PATH];
	struct stat status;

	rundir_file(path, &core->dir, name);
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path);
}

/* What a session has left that is over, if its watcher was killed or ended before its programs. */
static void remove_left(void *arg, const char *name)
{
	size_t *left = arg;
	struct rundir dir;
	int lock;

	if (*left == 0 || rundir_open(&dir, name, false) < 0)
		return;
	--*left;
	lock = rundir_tidy(&dir);
	if (lock < 0)
		return;
	arrival_clear(&dir, !sessions_is_own(name), left);
	rundir_remove(&dir);
	close(lock);
}

void setup_tidy(size_t most)
{
	sessions_each(false, remove_left, &most);
}

void setup_close(struct core *core)
{
	arrival_close(core);
	inspections_close(core);
	clocks_close(core);
	sampler_stop(core->sampler);
	gatelink_stop(&core->gate);
	remove_socket(core, RUNDIR_EVENTS);
	remove_socket(core, RUNDIR_CONTROL);
	remove_socket(core, RUNDIR_STREAM);
	remove_socket(core, RUNDIR_WHO);
	procinfo_close(core->procinfo);
	emitters_free(core->emitters);
	spans_free(&core->spans);
	peaks_free(&core->peaks);
	bounds_close(&core->bounds);
	figures_close(core);
	alarms_close(core);
	family_close(&core->family);
	kin_close(&core->kin);
	pidset_free(&core->lean.refused);
	rules_close(&core->rules);
	pidset_free(&core->ring_names);
	marks_free(&core->marks);
	backlog_free(core->backlog);
	merge_free(core->merge);
	registry_free(core->registry);
	output_close(&core->output);
	free(core->packet);
	free(core->attached);
	if (core->options->private_session &&
	    strcmp(core->options->session, SESSION_DEFAULT) != 0) {
		size_t all = SIZE_MAX;

		arrival_clear(&core->dir, false, &all);
		rundir_remove(&core->dir);
	}
	close(core->lock);
	/* It takes the kernel up to 30 ms: the next watcher need not wait for it. */
	if (core->inotify >= 0)
		close(core->inotify);
	setup_tidy(SIZE_MAX);
}

/* --- a directory that was removed */

/* The lock's file is another one than ours: that we have still keeps nobody away. */
static int lock_again(struct core *core, const struct rundir *dir)
{
	int owner, lock;

	if (rundir_is_locked_by(dir, core->lock))
		return 0;
	lock = rundir_lock(dir, &owner);
	if (lock < 0)
		return lock;
	close(core->lock);
	core->lock = lock;
	return 0;
}

/* Whoever is attached stays so: the gate binds beside the sockets that it has. */
static int restore(struct core *core)
{
	struct rundir dir;
	int error = rundir_open(&dir, core->options->session, true);

	if (!error)
		error = lock_again(core, &dir);
	if (error)
		return error;
	core->dir = dir;
	error = arrival_open(core);
	gatelink_bind(&core->gate, &core->dir);
	return error;
}

void setup_restore(struct core *core)
{
	bool was_homeless = core->homeless;
	uint64_t now_ns = clock_mono_ns();
	char before[RUNDIR_PATH];
	int error;

	/* The gate takes a moment. */
	if ((core->restored_ns && now_ns < core->restored_ns + RESTORE_NS) ||
	    rundir_is_whole(&core->dir, core->lock))
		return;
	core->restored_ns = now_ns;
	text_copy(before, sizeof before, core->dir.path);
	error = restore(core);
	core->homeless = error != 0;
	if (error && !was_homeless)
		core_notice(core,
			    "%s: was removed, and cannot be made again: %s; what goes on goes on, "
			    "but nothing new finds this session",
			    before,
			    error == -EBUSY ? "another watcher has the session"
					    : rundir_error(error));
	else if (!error && core->restores++ < RESTORES_TOLD)
		core_notice(core, "%s: was removed; %s is made %s", before, core->dir.path,
			    strcmp(before, core->dir.path) == 0 ? "again" : "in its place");
}

static int say_unlocked(const struct core *core, const char *file, int error)
{
	if (error != -EBUSY)
		log_error("%s%s: %s", core->dir.path, file, rundir_error(error));
	return error;
}

/* 0, or -EBUSY, or another negative errno after a message. The directory may be that of one that
 * ends at this moment, which removes it. */
static int lock_directory(struct core *core, int *ret_owner)
{
	int error = -ESTALE;

	for (int i = 0; i < LOCK_TRIES && error == -ESTALE; i++) {
		if (i > 1)
			clock_sleep_ns(LOCK_PAUSE_NS);
		error = rundir_open(&core->dir, core->options->session, true);
		if (error)
			return say_unlocked(core, "", error);
		core->lock = rundir_lock(&core->dir, ret_owner);
		error = core->lock < 0 ? core->lock : 0;
	}
	return error ? say_unlocked(core, "/" RUNDIR_LOCK, error) : 0;
}

int setup_lock(struct core *core)
{
	int owner = 0;
	int error;

	if (!pidns_proc_is_own()) {
		log_error("/proc shows another PID namespace than this, or is not mounted: every "
			  "number would be a stranger's; mount one of its own (unshare "
			  "--mount-proc, or mount -t proc proc /proc)");
		return -ESRCH;
	}
	raise_descriptors(core);
	describe_session(core);
	error = lock_directory(core, &owner);
	/* The one before may be about to end, as a private one when its last command has left. */
	for (int i = 0; i < LOCK_TRIES && error == -EBUSY && !core->options->private_session; i++) {
		clock_sleep_ns(LOCK_PAUSE_NS);
		error = lock_directory(core, &owner);
	}
	/* Two commands that start a private one at once share the one that is first. */
	if (error == -EBUSY && core->options->private_session)
		return error;
	if (error == -EBUSY)
		log_error("session '%s' has a watcher already (pid %d); memwatch --session NAME "
			  "keeps "
			  "sessions apart",
			  core->options->session, owner);
	return error;
}
