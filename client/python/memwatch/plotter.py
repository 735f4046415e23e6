"""The plotter that scripts of the old memory plotter know: they run with this import line.

    from memwatch.plotter import Plotter, watcher

    plotter = Plotter()
    queues = plotter.get_queues("script")
    watcher({"script": {"pid": os.getpid(), "queue": queues.graph}})
    plotter.start()
    ...
    queues.event.put("Finished reading")
    ...
    mean, maximum = plotter.stop()          # GB

What is behind it is the memwatch command: a session that samples each process at fixed times,
and a view of it that draws in the terminal. So watcher() may be called at any time, for
processes that come later too; children of the script that use memwatch have lines of their own;
the end of one process ends no other's line; and `memwatch` in another terminal shows the same.
The script itself is always followed. What it prints while the view has the terminal is shown
when the view has gone, at stop() or when somebody has pressed q in it.
"""

import os
import pathlib
import signal
import subprocess
import sys
import threading

from . import _memwatch, _naming, _queues
from ._session import FOLLOWER, end, follow, record
from ._terminal import Terminal

__all__ = ["Plotter", "watcher"]

GB = 1e9
RECORDING = ".mwdb"
FILMS = {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".gif", ".apng", ".html", ".htm"}


class Plotter:
    """Draws the session live.

    refresh    seconds between samples, where this starts the session; a running one keeps its own
    history    seconds of the past that are shown
    style      accepted for the old scripts' sake; the terminal has its own colours
    save_to    a file for the session: a recording for `memwatch replay`, `report` and `export` where
               it ends in .mwdb, else JSON Lines, a record a line. It is no film: the ending of one
               (.mp4, .gif) becomes .mwdb. `saved_to` is its path. One that exists is replaced.
    view       auto, ncurses or text; auto is ncurses on a terminal, and text elsewhere; None draws
               nothing. Text goes to standard error: a pipe that the script writes to stays its own
    title      shown by the view
    """

    def __init__(
        self,
        refresh=1,
        history=60,
        style="fivethirtyeight",
        save_to=None,
        *,
        view="auto",
        title="Memory Usage over Time",
    ):
        self.refresh = refresh
        self.history = history
        self.style = style
        self.view = view
        self.title = title
        self.saved_to = None if save_to is None else _path(save_to)
        self._drawing = None
        self._saving = None
        self._terminal = None

    def get_queues(self, name):
        """The line of that name, as an object with `.graph` for watcher() and `.event.put(label)`.

        The same name gives the same object. It may be passed to children of multiprocessing.
        """
        return _queues.get(name)

    def start(self):
        """Begin to draw, and to save where that was asked for: True."""
        _naming.register_script()
        FOLLOWER.start(self.refresh)
        if self.saved_to and not self._saving:
            self._saving = self._save()
        if self.view and not self._drawing:
            self._draw()
        return True

    def _save(self):
        if self.saved_to.suffix.lower() == RECORDING:
            self.saved_to.touch()  # what can't be written is said now
            return record(self.saved_to)
        with open(self.saved_to, "wb") as file:
            return follow("json", self.history, stdin=subprocess.DEVNULL, stdout=file, start_new_session=True)

    def _draw(self):
        view = self.view
        if view == "auto":
            view = "ncurses" if _on_terminal() else "text"
        if view == "ncurses":
            self._terminal = Terminal()
        self._drawing = follow(
            view,
            self.history,
            *("--title", self.title),
            stdin=None if self._terminal else subprocess.DEVNULL,
            stdout=self._terminal.output if self._terminal else 2,
        )
        if self._terminal:
            threading.Thread(target=_wait, args=(self._drawing, self._terminal), daemon=True).start()

    def pause(self):
        """Let the picture stand still. Sampling and saving go on."""
        self._signal(signal.SIGSTOP)

    def resume(self):
        """Draw again, with what has happened meanwhile."""
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        if self._drawing and self._drawing.poll() is None:
            self._drawing.send_signal(number)

    def stop(self):
        """End drawing and saving: mean and maximum, in GB (1e9 bytes), of the memory of the processes
        that watcher() was given, summed up; from the first of them on. Of the script itself where
        it was given none. Not a number where nothing was sampled.
        """
        _memwatch.flush()
        FOLLOWER.settle()
        for process in (self._drawing, self._saving):
            if process:
                end(process)
        self._drawing = self._saving = None
        if self._terminal:
            self._terminal.give_back()
            self._terminal = None
        FOLLOWER.stop()
        mean, maximum = FOLLOWER.lines.mean_and_max()
        return mean / GB, maximum / GB


def watcher(watch, refresh=1, measure=GB, limit=10, **_):
    """Follow processes under names: watch = {name: {"pid": pid, "queue": queues.graph}}.

    It returns when they are followed, and may be called again for others. Each is followed until
    it ends. A pid that is none is told of on standard error, and keeps none of the others off.
    `total` is no process: events of that name are the session's.

    A queue that is not of get_queues is given each sample, bytes / measure, and that of `total`
    the sum of all. `refresh` is the session's interval where this starts it. `limit` is accepted
    for the old scripts' sake.
    """
    FOLLOWER.start(refresh)
    for name, entry in watch.items():
        pid = 0 if name == "total" else entry["pid"]
        queue = entry.get("queue")
        pair = _queues.of(queue)
        feeds = [] if pair or queue is None else [(queue, measure)]
        if pair:
            pair.pid = pid
        if pid:
            _follow_as(pid, pair.name if pair else name, feeds)
        else:
            FOLLOWER.lines.totals += feeds


def _follow_as(pid, name, feeds):
    FOLLOWER.lines.watch(pid, feeds)
    if pid == os.getpid():
        _memwatch.register(name)
    FOLLOWER.add(pid, name)


def _path(save_to):
    path = pathlib.Path(save_to)
    return path.with_suffix(RECORDING) if path.suffix.lower() in FILMS else path


def _on_terminal():
    return os.isatty(0) and os.isatty(1) and bool(sys.stdout)


def _wait(drawing, terminal):
    drawing.wait()
    terminal.give_back()
