"""What the old tool's queues become: names of lines, on which a script pins events."""

import multiprocessing
import multiprocessing.util
import os
import queue
import subprocess
import threading

from . import _memwatch, _session

# Events for other processes' lines that wait to be told; what comes beyond is dropped.
WAITING = 1000
END_SECONDS = 5

_pairs = {}
_tellers = {}


class _End:
    """An end of a pair, in place of the multiprocessing.Queue that it was: what scripts ask of one
    has the answer of a queue that is emptied as fast as it is filled."""

    def __init__(self, pair):
        self._pair = pair

    def put(self, item, block=True, timeout=None):
        raise NotImplementedError

    def put_nowait(self, item):
        self.put(item, False)

    def empty(self):
        return self.qsize() == 0

    def full(self):
        return False

    def qsize(self):
        return 0

    def get(self, block=True, timeout=None):
        """What was put is on the line by then: there is nothing to be had, now or later."""
        raise queue.Empty

    def get_nowait(self):
        return self.get(False)

    def close(self):
        pass

    join_thread = cancel_join_thread = close


class Event(_End):
    """`.event` of a pair: put(label) pins a milestone on the line of that name."""

    def qsize(self):
        """Those for other processes' lines that the session wasn't told of yet."""
        return _tellers[os.getpid()].waiting() if os.getpid() in _tellers else 0

    def put(self, label, block=True, timeout=None):
        """Pin a milestone, str(label), on the line of this name.

        By the process of that name itself, or by any before watcher() has said whose name
        it is: an event of the calling process, with its own time, which is not lost when
        the process dies. By another one: told to the session by a thread of the caller, a
        few milliseconds later; at most 1,000 wait, and more are dropped.
        """
        pid = self._pair.pid
        if pid is None or pid == os.getpid():
            _emit(self._pair, str(label))
        else:
            _teller().tell(pid, str(label))


class Graph(_End):
    """`.graph` of a pair, to be given to watcher(): the line itself."""

    @property
    def name(self):
        return self._pair.name

    def put(self, value, block=True, timeout=None):
        """Take a number, and do nothing with it: memwatch samples the process by itself."""
        float(value)


class QueuePair:
    """A line's name with the two ends that a script holds: `.graph` and `.event`."""

    def __init__(self, name):
        self.name = name
        self.pid = None  # of whose line it is, 0 for the session; None: nobody has said
        self.graph = Graph(self)
        self.event = Event(self)
        self.named = None

    def __reduce__(self):
        return _restore, (self.name, self.pid)


def get(name):
    return _pairs.setdefault(name, QueuePair(name))


def of(queue_given):
    """The pair that a queue given to watcher() is of; None where it is a foreign one."""
    if isinstance(queue_given, QueuePair):
        return queue_given
    return queue_given._pair if isinstance(queue_given, (Graph, Event)) else None


def _restore(name, pid):
    pair = get(name)
    if pair.pid is None:
        pair.pid = pid
    return pair


def _emit(pair, label):
    # A child that multiprocessing made and gave a pair to is whom the script calls by that name.
    if pair.named != os.getpid() and (pair.pid is not None or multiprocessing.parent_process()):
        pair.named = os.getpid()
        _memwatch.register(pair.name)
    _memwatch.event(label)


class _Teller:
    """A thread that tells the session of events for lines of other processes."""

    def __init__(self):
        self._waiting = queue.Queue(WAITING)
        threading.Thread(target=self._run, daemon=True).start()
        multiprocessing.util.Finalize(None, self._end, exitpriority=10)

    def tell(self, pid, label):
        try:
            self._waiting.put_nowait((pid, label))
        except queue.Full:
            pass

    def waiting(self):
        return self._waiting.unfinished_tasks

    def _run(self):
        while item := self._waiting.get():
            _tell(*item)
            self._waiting.task_done()

    def _end(self):
        thread = threading.Thread(target=self._waiting.join, daemon=True)
        thread.start()
        thread.join(END_SECONDS)


def _tell(pid, label):
    subprocess.run(
        [_session.command(), "event", *(["--pid", str(pid)] if pid else []), "--", label],
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _teller():
    """This process's own: a thread does not come along with a fork."""
    pid = os.getpid()
    if pid not in _tellers:
        _tellers[pid] = _Teller()
    return _tellers[pid]
