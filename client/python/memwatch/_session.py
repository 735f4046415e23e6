"""The memwatch commands that a Plotter and a watcher run: one that tells what is sampled, and those that draw or save."""

import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

START_SECONDS = 15
END_SECONDS = 2
QUIET_SECONDS = 0.15


def command():
    """Where the memwatch command is: on PATH, else beside the build that this package lies in."""
    found = shutil.which("memwatch") or str(pathlib.Path(__file__).resolve().parents[2] / "memwatch")
    if not os.access(found, os.X_OK):
        raise FileNotFoundError("memwatch: the command is not on PATH; install it, or add its directory")
    return found


def follow(view, window, *arguments, **options):
    """Start a memwatch that follows the session, and ends when this process has ended."""
    return subprocess.Popen(
        [command(), "--view", view, "--window", f"{max(window, 1):.9g}s", "--all", "--pid", str(os.getpid()), *arguments],
        **options,
    )


def record(path):
    """Start a memwatch that records the session in the file, until end, or this process has ended."""
    return subprocess.Popen(
        [command(), "record", "--output", path, "--force", "--all", "--pid", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process):
    """End a memwatch that follow started, also one that is stopped."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Lines:
    """Memory of the processes that are followed under a name, summed up as it comes."""

    def __init__(self):
        self.pids = {}  # pid: queues that are given each value, as (queue, measure)
        self.totals = []  # queues that are given the sum
        self.begin()

    def watch(self, pid, feeds):
        """Sum up a process; the first takes the place of this one, which is what nobody has asked for."""
        if not self.pids:
            self.begin()
        self.pids.setdefault(pid, []).extend(feeds)

    def begin(self):
        """Forget what was summed up."""
        self._rss = {}
        self._tick = None
        self._count = 0
        self._sum = 0
        self._max = 0

    def take(self, record):
        if record["pid"] not in (self.pids or [os.getpid()]):
            return
        if record["type"] == "sample":
            self._take_sample(record)
        elif record["type"] == "process" and record["state"] == "end":
            self._rss.pop(record["pid"], None)

    def _take_sample(self, record):
        if record["t"] != self._tick:
            self.close_tick()
            self._tick = record["t"]
        self._rss[record["pid"]] = record["rss"]
        for queue, measure in self.pids.get(record["pid"], []):
            queue.put(record["rss"] / measure)

    def close_tick(self):
        if self._tick is None:
            return
        self._tick = None
        total = sum(self._rss.values())
        self._count += 1
        self._sum += total
        self._max = max(self._max, total)
        for queue, measure in self.totals:
            queue.put(total / measure)

    def mean_and_max(self):
        """In bytes; not a number where nothing was sampled."""
        self.close_tick()
        if not self._count:
            return float("nan"), float("nan")
        return self._sum / self._count, float(self._max)


class Follower:
    """One memwatch whose JSON Lines this process reads: it keeps the session, and fills Lines."""

    def __init__(self):
        self.lines = Lines()
        self._lock = threading.RLock()
        self._process = None
        self._reader = None
        self._owner = None
        self._names = {}  # pid: name
        self._heard = 0.0  # when a record was last read
        self._wall = 0.0  # the time of that record
        self._ready = threading.Event()

    def start(self, refresh):
        """Attach to the session, and begin it where none runs; nothing where that is done."""
        with self._lock:
            if self._process and self._owner == os.getpid() and self._process.poll() is None:
                return
            self._ready.clear()
            self.lines.begin()
            self._owner = os.getpid()
            self._process = follow(
                "json",
                1,
                *("--interval", f"{refresh:.9g}s"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            self._reader.start()
            atexit.register(self.stop)
            self._ready.wait(START_SECONDS)
            if self._process.poll() is not None:
                raise RuntimeError("memwatch: the session could not be followed; the reason is on standard error")
            for pid, name in self._names.items():
                self._add(pid, name)

    def add(self, pid, name):
        """Follow a process under a name; where that can't be, memwatch says why on standard error."""
        with self._lock:
            self._names[pid] = name
            self._add(pid, name)

    def _add(self, pid, name):
        subprocess.run(
            [command(), "add", "--as", name, "--", str(pid)],
            stdin=subprocess.DEVNULL,
            timeout=START_SECONDS,
            check=False,
        )

    def _read(self, process):
        for line in process.stdout:
            self._heard = time.monotonic()
            self._ready.set()
            try:
                record = json.loads(line)
            except ValueError:
                break  # the last line, cut by the end of its writer
            self._wall = record["wall"]
            self.lines.take(record)
        self._ready.set()

    def settle(self):
        """Wait until what has happened has been read: something later has, or nothing comes for a moment."""
        start = time.monotonic()
        wall = time.time()
        while self._wall < wall and time.monotonic() < max(start, self._heard) + QUIET_SECONDS:
            time.sleep(0.01)

    def stop(self):
        with self._lock:
            if self._process and self._owner == os.getpid():
                end(self._process)
                self._reader.join(END_SECONDS)
                self._process = None


FOLLOWER = Follower()
