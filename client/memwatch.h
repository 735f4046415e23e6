/*
 * memwatch.h - milestones for memwatch, the real-time process memory plotter.
 *
 *	#include <memwatch.h>		cc prog.c $(pkg-config --cflags --libs memwatch)
 *
 *	mw_register("reader");
 *	mw_event("finished reading");
 *
 * A program that calls these appears in the memwatch session of its user, with its milestones
 * pinned on the curve of its memory. Nothing has to run first: with no watcher the newest events
 * are kept, and delivered when one comes.
 *
 * What holds for every call:
 * - It never prints, never ends the program, never changes errno, and but for mw_flush never waits
 *   for anybody.
 * - It may be made from any thread, before and after fork(); a child is a process of its own, with
 *   a line of its own.
 * - An event whose call has returned is not lost when the process dies, by whatever signal.
 * - No signal is ever handled by the library's own thread.
 * - NULL for a text is the same as "".
 *
 * Signal handlers may call mw_event, mw_begin, mw_end and mw_dropped, and nothing else of this. A
 * program whose very first call may happen in a handler should call mw_register before: the thread
 * that delivers events as they happen is never started in a handler, and until it is, events wait
 * in the ring.
 *
 * Texts are UTF-8. A label is up to 200 bytes, a category and a name up to 63; a longer one is cut
 * at a character.
 *
 * Environment, read at the first call:
 * - MEMWATCH=off: every call is a branch and nothing else.
 * - MEMWATCH_SESSION: the session's name, instead of "default".
 * - MEMWATCH_RING: room for events that nobody has taken yet, a size such as 256K or 8M (default
 *   1M; 4 KiB to 64 MiB). Memory of it is used only as it fills.
 *
 * The session's directory is $XDG_RUNTIME_DIR/memwatch/SESSION, else /tmp/memwatch-UID/SESSION.
 * Where it can't be had, and in a set-user-ID program, it is as with MEMWATCH=off.
 */
#ifndef MEMWATCH_H
#define MEMWATCH_H

#include <stdint.h>

#define MW_VERSION_MAJOR 0
#define MW_VERSION_MINOR 1
#define MW_VERSION_PATCH 0
#define MW_VERSION "0.1.0"

#if defined(__GNUC__)
#define MW_EXPORT __attribute__((visibility("default")))
#define MW_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define MW_EXPORT
#define MW_PRINTF(at, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Name this process's line; without it, it has the name of its command. A forked child has its
 * parent's name until it registers one of its own. It may be called again, at any time: the line is
 * renamed. "" gives the command's name back. 0, or -ENOTCONN where the library is off (see above).
 * Not for signal handlers.
 */
MW_EXPORT int mw_register(const char *name);

/*
 * A milestone: this happened, now. It takes the process's resident memory with it, read at most
 * once in 100 us. Async-signal-safe.
 */
MW_EXPORT void mw_event(const char *label);

/*
 * A milestone with a category ("" for none), its label formatted as by printf(3); %m works. Not for
 * signal handlers, since printf isn't.
 */
MW_EXPORT void mw_eventf(const char *category, const char *format, ...) MW_PRINTF(2, 3);

/*
 * A span of time that has begun. It may be passed to another thread and ended there; spans may nest
 * and overlap. Its fields are the library's; id is 0 where the library is off.
 */
typedef struct mw_span {
	uint64_t id;
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	uint64_t rss;	   /* bytes resident when it began; 0 where that could not be read */
	const char *category;
	const char *name;
} mw_span;

/*
 * Begin and end a span. Each end takes the time, the process's resident memory and the kernel's
 * high-water mark of it, so that a span says what it cost, and what it needed at most, even where
 * it is shorter than the watcher's interval; about a microsecond and a half a call. The texts are
 * not copied: they must stay valid until mw_end, as literals do. A span that is never ended ends
 * with its process, and is shown as "(unfinished)".
 */
MW_EXPORT mw_span mw_begin(const char *category, const char *name);
MW_EXPORT void mw_end(mw_span span);

/*
 * Wait until a watcher has all events of this process whose calls had returned before: 0. It waits
 * at most @timeout_ms milliseconds (0: look once; negative: as long as it takes): -ETIMEDOUT. At
 * once -ENOTCONN where no watcher runs, where the library is off, and when the watcher dies
 * meanwhile. Nothing is lost without it. Not for signal handlers.
 */
MW_EXPORT int mw_flush(int timeout_ms);

/*
 * Events of this process that could not be kept: a watcher was there but behind, and the ring full;
 * or none was, and newer events took their place; or no memory was left for the ring. A forked
 * child counts from 0. Async-signal-safe.
 */
MW_EXPORT uint64_t mw_dropped(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

/*
 * MW_SCOPE("I/O", "read"): a span of the rest of the enclosing block, however it is left. In C it
 * needs the cleanup attribute of gcc and clang.
 */
#define MW_JOIN_(a, b) a##b
#define MW_JOIN(a, b) MW_JOIN_(a, b)

#if defined(__cplusplus)
class mw_scope
{
      public:
	mw_scope(const char *category, const char *name) : span(mw_begin(category, name))
	{
	}
	~mw_scope()
	{
		mw_end(span);
	}

      private:
	mw_scope(const mw_scope &);
	mw_scope &operator=(const mw_scope &);
	mw_span span;
};
#define MW_SCOPE(category, name) mw_scope MW_JOIN(mw_scope_, __LINE__)(category, name)
#elif defined(__GNUC__)
static inline void mw_scope_end(mw_span *span)
{
	mw_end(*span);
}
#define MW_SCOPE(category, name)                                                                   \
	mw_span MW_JOIN(mw_scope_, __LINE__) __attribute__((cleanup(mw_scope_end), unused)) =      \
		mw_begin(category, name)
#endif

#endif
