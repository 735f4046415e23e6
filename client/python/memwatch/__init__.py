"""Milestones for memwatch, the real-time process memory plotter.

    import memwatch

    memwatch.register("reader")
    memwatch.event("finished reading")
    with memwatch.span("read", category="I/O"):
        ...

A program that calls these appears in the memwatch session of its user, with its
milestones pinned on the curve of its memory. Nothing has to run first: with no
watcher the newest events are kept, and delivered when one comes. What holds for
the C library (see memwatch.h) holds here: no call prints or ends the program,
none but flush waits for anybody, and an event whose call has returned is not
lost when the process dies. Each may be made from any thread or task, and in
children, by fork, forkserver or spawn, which have lines of their own.

MEMWATCH=off in the environment makes each call do nothing.
"""

from ._memwatch import dropped, event, flush
from ._naming import register
from ._spans import benchmark, span

__all__ = ["register", "event", "span", "benchmark", "flush", "dropped"]
__version__ = "0.1.0"
