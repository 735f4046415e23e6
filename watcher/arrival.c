#include "base/clock.h"
#include "watcher/core.h"
#include "wire/pidns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* An emitter that was looked for in vain is not looked for again so soon: it takes a walk of /proc.
 */
#define STRANGER_NS NS_PER_S

/* So many are looked for at once, and then one in each of these. */
#define SEARCHES_AT_ONCE 50
#define SEARCH_NS (50 * NS_PER_MS)

/* Files in rings/ that are looked at for those of one that has ended; what is left goes when the
 * session has ended. */
#define REFUSED_MOST 8192

/* What a program has left that no watcher has had is kept so long for one to come. */
#define UNHEARD_NS (24 * 3600 * NS_PER_S)

void arrival_earliest(void *arg, const struct record *event)
{
	uint64_t *earliest_ns = arg;

	if (event->t_ns && event->t_ns < *earliest_ns) /* else it is taken at its arrival */
		*earliest_ns = event->t_ns;
}

/* --- who it is */

/* Whether the process of an emitter is gone: one that nobody can tell of counts as alive. */
static bool is_dead(const struct emitter *emitter)
{
	char name[TEXT_NAME + 1];
	uint64_t start_ticks;
	int error = procinfo_read_brief((pid_t)emitter->pid, name, &start_ticks);

	if (error)
		return error == -ESRCH || error == -ENOENT;
	return emitter->start_ticks && emitter->start_ticks != start_ticks;
}

static struct whois whois_of(const struct emitter *emitter)
{
	return (struct whois){ emitter->pid_ns, emitter->pid, emitter->start_ticks };
}

/* Whoever makes up namespaces could have /proc walked all the time. */
static bool may_search(struct core *core)
{
	return !core ||
	       allowance_take(&core->searches, clock_mono_ns(), SEARCH_NS, SEARCHES_AT_ONCE);
}

/* Its PID and its start here, in place of what it says: whether it was found. */
static bool find_here(struct core *core, const struct ringfile *ring, struct emitter *emitter)
{
	const struct whois whois = whois_of(emitter);
	pid_t pid = ring ? whois_locks(ring->fd) : 0;
	char name[TEXT_NAME + 1];

	if (pid && procinfo_read_brief(pid, name, &emitter->start_ticks) < 0)
		pid = 0;
	if (!pid && core && ring)
		pid = whois_said(&core->heard, emitter->instance);
	if (!pid)
		pid = whois_find_followed(core ? core->registry : NULL, &whois,
					  &emitter->start_ticks);
	if (!pid && may_search(core))
		pid = whois_find(NULL, &whois, &emitter->start_ticks);
	emitter->pid = (uint32_t)pid;
	return pid > 0;
}

/* One that was looked for in vain a moment ago; NULL: none such. */
static struct stranger *find_stranger(struct core *core, const struct whois *whois)
{
	for (size_t i = 0; i < CORE_STRANGERS; i++) {
		if (memcmp(&core->strangers[i].whois, whois, sizeof *whois) == 0)
			return &core->strangers[i];
	}
	return NULL;
}

static void note_stranger(struct core *core, struct stranger *known, const struct emitter *emitter,
			  uint64_t now_ns)
{
	const struct whois whois = whois_of(emitter);

	if (known) {
		known->looked_ns = now_ns;
		return;
	}
	core->strangers[core->stranger_next++ % CORE_STRANGERS] =
		(struct stranger){ whois, now_ns };
	/* Once: they can be made up. */
	if (!core->strangers_told++)
		core_notice(core,
			    "%s%sPID %" PRIu32 " of another PID namespace (%" PRIu64
			    "): no process here can be shown to be that one; its milestones are "
			    "refused, as are those of others like it",
			    emitter->name, emitter->name[0] ? ": " : "", emitter->pid,
			    emitter->pid_ns);
}

/* The emitter as it is called here, to *ret: false where that can't be told. */
static bool translate(struct core *core, const struct emitter *said, const struct ringfile *ring,
		      struct emitter *ret)
{
	const struct whois whois = whois_of(said);
	uint64_t now_ns = clock_mono_ns();
	struct stranger *stranger;

	*ret = *said;
	if (whois_is_here(&whois, core->session.pid_ns))
		return true;
	stranger = find_stranger(core, &whois);
	if (stranger && !ring && now_ns < stranger->looked_ns + STRANGER_NS)
		return false;
	if (find_here(core, ring, ret))
		return true;
	note_stranger(core, stranger, said, now_ns);
	return false;
}

struct entry *arrival_entry(struct core *core, const struct emitter *said,
			    const struct ringfile *ring, uint64_t t_ns)
{
	struct emitter emitter;
	struct entry *entry;
	char why[256];

	if (!translate(core, said, ring, &emitter))
		return NULL;
	entry = registry_find(core->registry, (pid_t)emitter.pid, emitter.start_ticks);
	if (entry && emitter.name[0])
		life_rename(core, entry, emitter.name, t_ns);
	if (!entry && !is_dead(&emitter))
		entry = life_begin(core, (pid_t)emitter.pid, emitter.name, why, sizeof why);
	return entry ? entry : life_ghost(core, &emitter);
}

/* Whether a line may have no more emitters. Told once: there would be as many notices as it makes
 * up rings. */
static bool is_flood(struct core *core, struct entry *entry)
{
	if (emitters_count(core->emitters, entry->info.line) < EMITTERS_OF_LINE)
		return false;
	entry->has_refused = true;
	if (!core->floods++)
		core_notice(core,
			    "process %u pretends to be more than %d programs: further ones are "
			    "ignored, as of others like it",
			    entry->info.pid, EMITTERS_OF_LINE);
	return true;
}

/* The same of a process of here, before its ring is read. */
static bool is_flood_of(struct core *core, const struct emitter *emitter)
{
	const struct whois whois = whois_of(emitter);
	struct entry *entry =
		whois_is_here(&whois, core->session.pid_ns)
			? registry_find(core->registry, (pid_t)emitter->pid, emitter->start_ticks)
			: NULL;

	return entry && is_flood(core, entry);
}

/* Rings are not to take all descriptors that there are. */
static bool may_stay_open(const struct core *core, const struct source *source)
{
	return source->ring.fd < core->lean.first &&
	       emitters_count(core->emitters, source->line) <= RINGS_OF_LINE;
}

static struct source *open_source(struct core *core, const struct emitter *emitter,
				  struct ringfile *ring, uint64_t t_ns)
{
	struct entry *entry = arrival_entry(core, emitter, ring, t_ns);
	struct source *source;

	if (!entry || is_flood(core, entry))
		return NULL;
	source = emitters_add(core->emitters, emitter->instance, entry->info.line);
	if (!source)
		return NULL;
	text_copy(source->name, sizeof source->name, emitter->name);
	if (ring) {
		source->ring = *ring;
		source->has_ring = true;
		ringfile_attach(ring, core->session.start_ns, core->gate.number);
		if (!may_stay_open(core, source))
			ringfile_park(&source->ring);
	}
	return source;
}

void arrival_end_ghost(struct core *core, const struct source *source)
{
	struct entry *entry = registry_line(core->registry, source->line);

	if (entry && entry->pidfd < 0 && !entry->lean && !entry->parent_tells)
		life_end(core, entry, END_UNKNOWN, 0);
}

/* Once: whoever can put one file there can put a million. */
static void tell_bad_ring(struct core *core, const char *name)
{
	if (!core->bad_rings++)
		core_notice(core,
			    "%s/" RUNDIR_RINGS
			    "/%s: is no ring of a program: ignored, as are others like it",
			    core->dir.path, name);
}

/* The source of a ring in rings/, opened where it is new; NULL where there is no such ring. */
static struct source *find_ring(struct core *core, const char *name)
{
	uint64_t t_ns = clock_mono_ns();
	struct ringfile_rest ignored;
	struct emitter emitter;
	struct source *source;
	struct ringfile ring;
	int error = ringfile_open(&ring, &core->dir, name, &emitter);

	if (error == -EBADMSG)
		tell_bad_ring(core, name);
	if (error)
		return NULL;
	source = emitters_find(core->emitters, emitter.instance);
	if (source || is_flood_of(core, &emitter)) {
		ringfile_close(&ring);
		return source;
	}
	ringfile_drain(&ring, emitter.from, arrival_earliest, &t_ns, &ignored);
	source = open_source(core, &emitter, &ring, t_ns);
	if (!source) {
		ringfile_close(&ring);
		return NULL;
	}
	source->taken = emitter.from;
	intake_dropped(core, source, emitter.dropped);
	arrival_end_ghost(core, source);
	return source;
}

struct source *arrival_source(struct core *core, const struct emitter *emitter)
{
	struct source *source = emitters_find(core->emitters, emitter->instance);
	char name[40];

	if (source)
		return source;
	ringfile_name(name, emitter->pid, emitter->instance);
	source = find_ring(core, name);
	return source ? source : open_source(core, emitter, NULL, clock_mono_ns());
}

/* --- rings */

static void attach_again(void *arg, struct source *source)
{
	const struct core *core = arg;

	if (source->has_ring)
		ringfile_attach(&source->ring, core->session.start_ns, core->gate.number);
}

void arrival_gate(struct core *core)
{
	emitters_each(core->emitters, attach_again, core);
}

static void scan_rings(struct core *core, const char *path)
{
	struct dirent *file;
	DIR *dir = opendir(path);

	if (!dir)
		return;
	while ((file = readdir(dir)) != NULL) {
		if (file->d_name[0] != '.')
			find_ring(core, file->d_name);
		else
			ringfile_sweep(&core->dir, file->d_name);
	}
	closedir(dir);
}

/* --- without inotify */

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211U;
	return hash;
}

/* Whether a file of that name was there at the last look; it is known from now on. */
static bool was_there(struct core *core, const char *name)
{
	uint64_t hash = hash_of(name);
	pid_t number = (pid_t)(hash & INT32_MAX);
	struct pidmark *mark = pidset_find(&core->ring_names, number);

	if (mark && mark->start_ticks == hash) {
		mark->round = core->ring_round;
		return true;
	}
	pidset_add(&core->ring_names, number, hash, core->ring_round);
	return false;
}

void arrival_poll(struct core *core)
{
	char path[RUNDIR_PATH];
	struct dirent *file;
	DIR *dir;

	if (core->inotify >= 0)
		return;
	rundir_file(path, &core->dir, RUNDIR_RINGS);
	dir = opendir(path);
	core->ring_round++;
	while (dir && (file = readdir(dir)) != NULL) {
		if (file->d_name[0] != '.' && !was_there(core, file->d_name))
			find_ring(core, file->d_name);
	}
	if (dir)
		closedir(dir);
	pidset_sweep(&core->ring_names, core->ring_round);
}

/* EMFILE is of two limits: instances of the user, which editors and containers use up, and
 * descriptors of this process. */
static const char *why_no_inotify(int error)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool descriptors = fd < 0;

	if (fd >= 0)
		close(fd);
	if (error == -EMFILE && !descriptors)
		return "no instance is left; raise fs.inotify.max_user_instances";
	if (error == -ENOSPC)
		return "no watch is left; raise fs.inotify.max_user_watches";
	if (error == -EMFILE || error == -ENFILE)
		return "no descriptor is left; raise ulimit -n";
	if (error == -EPERM || error == -ENOSYS)
		return "the system call is refused, by seccomp for instance";
	return strerror(-error);
}

static int open_inotify(struct core *core, const char *path)
{
	int error = 0;

	if (core->inotify < 0)
		core->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (core->inotify < 0)
		return -errno;
	if (inotify_add_watch(core->inotify, path, IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW) < 0)
		error = -errno;
	if (!error)
		error = core_watch(core, core->inotify, EPOLLIN, SOURCE_INOTIFY, 0);
	if (error) {
		close(core->inotify);
		core->inotify = -1;
	}
	return error;
}

/* Also where the directory was made anew: an instance of inotify may watch several. */
int arrival_open(struct core *core)
{
	char path[RUNDIR_PATH];
	int error;

	whois_close(&core->heard);
	error = whois_listen(&core->heard, &core->dir);
	if (!error)
		error = core_watch(core, core->heard.socket, EPOLLIN, SOURCE_WHO, 0);
	if (error)
		return error;
	rundir_file(path, &core->dir, RUNDIR_RINGS);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	error = open_inotify(core, path);
	if (error)
		core_notice(core,
			    "inotify: %s; new programs are looked for 4 times a second instead",
			    why_no_inotify(error));
	scan_rings(core, path);
	arrival_poll(core);
	return 0;
}

static void detach(void *arg, struct source *source)
{
	(void)arg;
	if (source->has_ring)
		ringfile_attach(&source->ring, 0, 0);
}

void arrival_close(struct core *core)
{
	if (core->emitters)
		emitters_each(core->emitters, detach, NULL);
	whois_close(&core->heard);
}

/* --- of sessions that are over */

/* Whether nobody writes this ring any more. Who can't tell from a PID namespace of its own takes
 * those of the machine's for alive, and what is locked. */
static bool is_left(const struct ringfile *ring, struct emitter *emitter, uint64_t own)
{
	const struct whois whois = whois_of(emitter);

	if (whois_is_here(&whois, own))
		return is_dead(emitter);
	return emitter->pid_ns != PIDNS_INITIAL && !whois_is_locked(ring->fd) &&
	       !find_here(NULL, ring, emitter);
}

/* Whether it is of that process, by its number in its own PID namespace. */
static bool is_of(const struct emitter *emitter, const struct entry *entry)
{
	uint32_t pid = entry->inner_pid ? entry->inner_pid : entry->info.pid;
	const struct whois whois = whois_of(emitter);

	return emitter->pid == pid && whois_is_here(&whois, entry->pid_ns) &&
	       (!emitter->start_ticks || emitter->start_ticks == entry->info.start_ticks);
}

static void remove_refused(const struct core *core, const struct entry *entry, const char *name)
{
	struct emitter emitter;
	struct ringfile ring;

	if (ringfile_open(&ring, &core->dir, name, &emitter) < 0)
		return;
	if (is_of(&emitter, entry) && !emitters_find(core->emitters, emitter.instance))
		ringfile_remove(&ring, &core->dir);
	ringfile_close(&ring);
}

void arrival_ended(const struct core *core, const struct entry *entry)
{
	char path[RUNDIR_PATH];
	struct dirent *file;
	size_t left = REFUSED_MOST;
	DIR *dir;

	if (!entry->has_refused)
		return;
	rundir_file(path, &core->dir, RUNDIR_RINGS);
	dir = opendir(path);
	while (dir && left-- > 0 && (file = readdir(dir)) != NULL)
		remove_refused(core, entry, file->d_name);
	if (dir)
		closedir(dir);
}

static void latest(void *arg, const struct record *event)
{
	uint64_t *latest_ns = arg;

	if (event->t_ns > *latest_ns)
		*latest_ns = event->t_ns;
}

/* Whether it has events that no watcher has had, and not of long ago. A time to come is of before
 * the machine was started anew. */
static bool may_be_asked_for(const struct ringfile *ring, const struct emitter *emitter)
{
	struct ringfile_rest ignored;
	uint64_t now_ns = clock_mono_ns();
	uint64_t latest_ns = 0;

	ringfile_drain(ring, emitter->from, latest, &latest_ns, &ignored);
	return latest_ns != 0 && latest_ns <= now_ns && now_ns - latest_ns < UNHEARD_NS;
}

static void clear_ring(const struct rundir *dir, uint64_t pid_ns, const char *name, bool comes_back)
{
	struct emitter emitter;
	struct ringfile ring;

	if (ringfile_open(&ring, dir, name, &emitter) < 0)
		return;
	if (is_left(&ring, &emitter, pid_ns) && !(comes_back && may_be_asked_for(&ring, &emitter)))
		ringfile_remove(&ring, dir);
	ringfile_close(&ring);
}

void arrival_clear(const struct rundir *rundir, bool comes_back, size_t *left)
{
	uint64_t pid_ns = pidns_own();
	char path[RUNDIR_PATH];
	struct dirent *file;
	DIR *dir;

	rundir_file(path, rundir, RUNDIR_RINGS);
	dir = opendir(path);
	while (dir && *left > 0 && (file = readdir(dir)) != NULL) {
		--*left;
		if (file->d_name[0] != '.')
			clear_ring(rundir, pid_ns, file->d_name, comes_back);
		else
			ringfile_sweep(rundir, file->d_name);
	}
	if (dir)
		closedir(dir);
}

void arrival_inotify(struct core *core)
{
	_Alignas(struct inotify_event) char bytes[4096];
	const struct inotify_event *event;
	ssize_t size;

	while ((size = read(core->inotify, bytes, sizeof bytes)) > 0) {
		for (char *at = bytes; at < bytes + size; at += sizeof *event + event->len) {
			event = (const struct inotify_event *)(const void *)at;
			if (event->len && event->name[0] != '.')
				find_ring(core, event->name);
		}
	}
}
