/*
 * The core: it samples, merges, keeps the backlog and supervises the gate. One thread runs one
 * epoll loop over all of it; the sampler is the only other thread. It never opens a nanomsg socket.
 */
#ifndef WATCHER_CORE_H
#define WATCHER_CORE_H

#include "watcher/thresholds.h"
#include "watcher/allowance.h"
#include "watcher/backlog.h"
#include "watcher/memory_limits.h"
#include "watcher/clocks.h"
#include "watcher/producers.h"
#include "watcher/family.h"
#include "watcher/gate/link.h"
#include "watcher/inspect/inspections.h"
#include "watcher/kin.h"
#include "watcher/acks.h"
#include "watcher/merge.h"
#include "proc/procinfo.h"
#include "watcher/recorder.h"
#include "watcher/registry.h"
#include "watcher/rules.h"
#include "watcher/sampler.h"
#include "watcher/selections.h"
#include "watcher/spans.h"
#include "watcher/wanted.h"
#include "watcher/whois.h"
#include "wire/codec.h"

struct core_options {
	const char *session;
	uint64_t interval_ns;
	bool private_session;	      /* end with the last command attached */
	bool detach;		      /* leave the terminal once all is set up */
	const char *output;	      /* the file of a recording, absolute; NULL: none */
	const char *title;	      /* of the recording; "": none */
	bool force;		      /* in place of one that is there */
	uint64_t duration_ns;	      /* the session's; 0: until it is stopped */
	const struct wanted *wanted;  /* followed from its start; NULL: nobody */
	uint32_t metrics;	      /* a set: what is sampled beside the RSS; 0: nothing */
	uint64_t metrics_interval_ns; /* between reads of smaps_rollup; 0: the default */
	int ready_fd;		      /* written to and closed when all is set up; -1 for none */
};

/* Records are held this long for events on their way from their programs. */
#define CORE_HOLD_NS (50 * NS_PER_MS)

struct output {
	unsigned char *records; /* an encoded Records, being filled for the stream */
	size_t used;
	unsigned char *record; /* one encoded record */
	bool quiet;	       /* nothing was sent since the last beat */
};

struct recording {
	struct recorder *recorder;  /* NULL after its end */
	struct recording_info info; /* of then; the path before, too */
	uint32_t number;	    /* of this one in the session */
	uint32_t selection;	    /* of its lines; 0: all */
	uint64_t seq;		    /* of the last record that it was given */
	bool resync;		    /* records before the next one are lost to it */
	bool told;		    /* of its failure */
	bool waits;		    /* told that it waits for what has failed to pass */
	uint64_t end_ns;	    /* when it was asked to end; 0 before */
	bool over;		    /* all from before that was released */
	uint64_t last_seq;	    /* what came until then; known when it is over */
};

/* A command that is attached. */
struct attached {
	int pidfd;
	uint32_t pid;
	uint64_t selections; /* that end with it */
};

/* An emitter of another PID namespace that no process here could be found for. */
struct stranger {
	struct whois whois;
	uint64_t looked_ns;
};

#define CORE_STRANGERS 16

/* When descriptors get few, processes are followed without keeping any. */
struct lean {
	int first;	       /* a descriptor of this number, or a greater one, is too many */
	size_t count;	       /* of those that are followed so */
	struct pidset refused; /* whom there was none for even so */
	uint64_t unfollowed;   /* of those, so far */
	uint64_t told;
	uint64_t told_ns;
	bool noticed;
};

struct core {
	const struct core_options *options;
	struct rundir dir;
	struct session_info session;
	struct clocks clocks;
	struct status_info status;
	int lock;
	bool homeless;	      /* its directory was removed, and could not be made again */
	uint64_t restored_ns; /* when it was made again; 0: never */
	unsigned restores;
	int epoll;
	int signals;
	int timer; /* the next release, or the next look at the processes */
	int inotify;
	bool stopping;
	bool no_pidfds;	 /* see proc/pidfd.h */
	uint64_t end_ns; /* of the duration that was asked for */

	struct registry *registry;
	struct sampler *sampler;
	struct procinfo_reader *procinfo;
	struct merge *merge;
	struct backlog *backlog;
	struct emitters *emitters;
	struct marks marks;
	struct spans spans;
	struct peaks peaks;
	uint64_t released_ns;	/* all from before was let go */
	uint64_t machine_bytes; /* of memory, as it was last found */
	struct bounds bounds;
	struct alarms alarms;
	struct inspections inspections;
	struct rollup *rollup; /* NULL until something of smaps_rollup is wanted */
	struct family family;
	struct kin kin;
	struct lean lean;
	struct rules rules;
	struct selections selections;
	struct gatelink gate;
	bool gate_ready;	/* its sockets were open */
	uint64_t gate_retry_ns; /* one that could not start is tried again after this */
	struct output output;
	struct recording *recordings[RECORDINGS_MOST]; /* in the order of their begins */
	size_t recording_count;
	uint32_t recording_number;
	struct packet *packet;

	uint64_t missed;	 /* ticks, as told so far */
	uint64_t bad_rings;	 /* files in rings/ that were none */
	uint64_t floods;	 /* sources that were refused: their process had too many */
	uint64_t name_floods;	 /* names, likewise */
	uint64_t missed_from_ns; /* the last tick that was in time */
	uint64_t next_look_ns;
	uint64_t recent_seq[8]; /* merged until so many looks ago, each about a second */
	uint64_t looks;
	uint32_t looked_line;  /* the last one looked at */
	uint64_t requests[64]; /* ids carried out, newest over oldest */
	unsigned request_next;

	struct pidset ring_names; /* where there is no inotify: those that are known */
	uint64_t ring_round;
	struct whois_heard heard;
	struct stranger strangers[CORE_STRANGERS]; /* newest over oldest */
	unsigned stranger_next;
	struct allowance searches; /* for those */
	uint64_t strangers_told;

	struct attached *attached;
	size_t attached_count, attached_capacity;
	bool was_attached;
};

/* What a loop's source is, with a line or an index below it. */
enum core_source {
	SOURCE_SIGNAL,
	SOURCE_TIMER,
	SOURCE_SAMPLER,
	SOURCE_PAIR,
	SOURCE_GATE_END,
	SOURCE_INOTIFY,
	SOURCE_WHO,
	SOURCE_PROCESS_END,
	SOURCE_COMMAND_END,
	SOURCE_RECORDER,
	SOURCE_INSPECTOR,
	SOURCE_ROLLUP,
	SOURCE_CLOCK,
	SOURCE_FORKS,
	SOURCE_EXITS,
};

/* core.c. Runs a session until it is stopped; an exit status. Errors are said before. */
int core_run(const struct core_options *options);
int core_watch(struct core *core, int fd, uint32_t events, enum core_source source, uint32_t index);
/* Where there are no pidfds nobody wakes us at an end: look for those that were, to be called some
 * times a second and where it matters what has ended. */
void core_look_at_ends(struct core *core);
/* Hold a record for the merge; without memory it is lost and counted. */
void core_add(struct core *core, const struct record *record);
/* The same at a place of merge_place. */
void core_add_at(struct core *core, const struct record *record, uint64_t place);
/* The command of that PID that is attached and lives; NULL: there is none. */
struct attached *core_attached(const struct core *core, uint32_t pid);
/* A notice of the session itself: an event of line 0, category "memwatch", and a message in the
 * log. */
void core_notice(struct core *core, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* setup.c: the session's directory and lock; then all of its parts. 0, or a negative errno after a
 * message. */
int setup_lock(struct core *core);
int setup_open(struct core *core);
void setup_close(struct core *core);
/* Make the session's directory again where it was removed, as at a logout; to be called some times
 * a second. */
void setup_restore(struct core *core);
/* Remove what sessions have left that are over, of at most @most directories and rings. */
void setup_tidy(size_t most);
int setup_watch_gate(struct core *core);

/* output.c: what was merged goes to the backlog and to the stream. */
int output_open(struct core *core);
void output_close(struct output *output);
void output_release(struct core *core, uint64_t until_ns);
/* Where nothing was sent since the last call, say which seq comes next, so that a subscriber sees
 * what it missed. */
void output_beat(struct core *core);

/* life.c: processes come, run and go. */

/* Follow a process: its entry (the live one where it is followed already), or NULL with why in
 * @why, of @size bytes. */
struct entry *life_begin(struct core *core, pid_t pid, const char *name, char *why, size_t size);
/* The same of one that was looked at already. */
struct entry *life_begin_as(struct core *core, const struct procinfo *info, const char *name,
			    char *why, size_t size);
/* There was no descriptor to look at a process that was to be followed. */
void life_unfollowed(struct core *core, pid_t pid);
/* Tell of those, at most once a second unless @now. */
void life_tell_unfollowed(struct core *core, bool now);
/* A line for one that ended before it could be looked at. The end of a command of ours is told by
 * its parent, within PARENT_WAIT_NS. */
struct entry *life_ghost(struct core *core, const struct emitter *emitter);
/* A process's own word on its name, since @t_ns; "" gives its command's name back. False where it
 * has had too many of late, which is told. */
bool life_rename(struct core *core, struct entry *entry, const char *name, uint64_t t_ns);
void life_end(struct core *core, struct entry *entry, enum end_reason reason, int32_t code);
/* Its pidfd is readable. */
void life_ended(struct core *core, uint32_t line);
/* A tick of the sampler. */
void life_tick(void *core, const struct record *tick);
/* What a process had at @reading->t_ns, by its own word or read for an event: a sample between
 * ticks, at the place reading->order. */
void life_reading(struct core *core, struct entry *entry, const struct reading *reading);
/* The memory of a process now, read for an event: false where there is none to be seen. */
bool life_read(const struct entry *entry, struct sample *ret_sample);
/* The same for an event of now that is about to be held. */
void life_event_figure(struct core *core, struct entry *entry, struct record *event);
/* Tell the stream what a line is called, since @t_ns. */
void life_tell(struct core *core, const struct entry *entry, uint64_t t_ns);
/* The same where nothing but the selections that it is in is new. */
void life_tell_selections(struct core *core, const struct entry *entry);

/* look.c: what no tick shows: exec, the kernel's high-water mark. Some of the processes at each
 * call. */
void life_look(struct core *core);
/* The kernel's high-water mark of a process is @peak now: tell it where it rose above the last.
 * Whether it did. */
bool life_peak(struct core *core, struct entry *entry, uint64_t peak);
/* At one of them, now. */
void life_look_at(struct core *core, struct entry *entry);

/* arrival.c: who says something of itself, found by its ring in rings/ or by what it pushes. */
int arrival_open(struct core *core);
void arrival_close(struct core *core);
void arrival_inotify(struct core *core);
/* Where there is no inotify: look for new rings; to be called some times a second. */
void arrival_poll(struct core *core);
/*
 * Remove the rings of programs that are gone, in a session that is over, at most *@left, which is
 * counted down. Where it @comes_back, a watcher of that name may still take what nobody has had
 * yet: a ring with such events stays for a day after the last.
 */
void arrival_clear(const struct rundir *rundir, bool comes_back, size_t *left);
/* A new gate: all rings are told. */
void arrival_gate(struct core *core);
/* The line of an emitter, whose name holds since @t_ns: followed from now on, or a line for one
 * that is gone already. @ring: its ring, or NULL. NULL where it is of another PID namespace and
 * can't be found here, which is told. */
struct entry *arrival_entry(struct core *core, const struct emitter *said,
			    const struct ringfile *ring, uint64_t t_ns);
/* The source of a numbered batch; NULL without memory. */
struct source *arrival_source(struct core *core, const struct emitter *emitter);
/* A process that was dead when its ring was found: all that it has to say is in it. */
void arrival_end_ghost(struct core *core, const struct source *source);
/* A process has ended: the rings of its that were refused are removed. */
void arrival_ended(const struct core *core, const struct entry *entry);
/* A record_fn: the earliest time of events, to a uint64_t. A name that is told with events held
 * when they happened. */
void arrival_earliest(void *arg, const struct record *event);

/* intake.c: what they say. */
void intake_batch(struct core *core, const void *body, size_t size);
void intake_bad(struct core *core, const struct pair_bad *bad);
/* How many events a source could not keep, since its start. */
void intake_dropped(struct core *core, struct source *source, uint64_t dropped);
/* What the rings of a process still hold that is followed no more; @dead: since it has ended. */
void intake_rest(struct core *core, struct entry *entry, bool dead);
/* All from before @until_ns was published: tell the rings, and remove those of the dead. */
void intake_mark(struct core *core, uint64_t until_ns);
/* Forget the emitters of a line that is forgotten. @arg: the core. */
void intake_forget(void *arg, uint32_t line);

/*
 * record.c: the backlog is the recorder's queue: it is given what it has not had yet whenever it
 * has time.
 */

/* What a request asks to be recorded: false with @why, of @size bytes, where it is refused. */
bool record_ask(struct core *core, const struct request *request, char *why, size_t size);
/* Start a recording, with all that the backlog still has: 0, or -EBUSY where there are too many, or
 * as writer_open, with why in @why of TEXT_WHY bytes. */
int record_begin(struct core *core, const struct recorder_order *order, char *why);
/* How they fare, in the order of their begins. */
void record_list(const struct core *core, struct status_info *ret_status);
/* The last seq that no recording can ask for again: UINT64_MAX where there is none, 0 while one
 * waits for what has failed to pass. */
uint64_t record_had(const struct core *core);
/* Give them what was merged, which is all from before @until_ns. */
void record_feed(struct core *core, uint64_t until_ns);
/* When record_feed is to be called whatever happens; UINT64_MAX: need not be. */
uint64_t record_due(const struct core *core);
/* The descriptor of the one of that number is readable. */
void record_hear(struct core *core, uint32_t number);
/* A command asks that the one to @path ends when it has all that happened until now: false where it
 * goes on, since the command has a @pid, is not the @last, and all of the session is recorded. */
bool record_end(struct core *core, const char *path, uint32_t pid, bool last);
/* The selections that are being recorded; end those of @set. */
uint64_t record_selections(const struct core *core);
void record_end_selections(struct core *core, uint64_t set);
/* End all at the session's end, and wait for them. */
void record_close(struct core *core);

/* control.c: answers one request through the gate. */
void control_answer(struct core *core, const struct request *said);

#endif
