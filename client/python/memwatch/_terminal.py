"""A script's own output while a view has its terminal: kept in a file, and shown when the view has gone."""

import atexit
import os
import sys
import tempfile
import threading
import time

LOOK_SECONDS = 0.1


class Terminal:
    """Standard output and error, taken while a view draws on the terminal they go to.

    Children of the script that have the file open may write to it after the view has gone;
    so it is shown on from then to the script's end.
    """

    def __init__(self):
        self._owner = os.getpid()
        self._file = tempfile.TemporaryFile("a+b", buffering=0)
        _flush()
        self._kept = os.dup(1), os.dup(2)
        self._shown = 0
        self._lock = threading.Lock()
        self._taken = True
        for fd in (1, 2):
            os.dup2(self._file.fileno(), fd)
        atexit.register(self.give_back)

    @property
    def output(self):
        """A descriptor of the terminal, for the view."""
        return self._kept[0]

    def give_back(self):
        """Let output go to the terminal again, after what was kept."""
        if self._owner != os.getpid():
            return
        with self._lock:
            if self._taken:
                _flush()
                self._show()
                for fd, kept in zip((1, 2), self._kept):
                    os.dup2(kept, fd)
                self._taken = False
                threading.Thread(target=self._show_on, daemon=True).start()
            self._show()

    def _show(self):
        while piece := os.pread(self._file.fileno(), 65536, self._shown):
            self._shown += os.write(self._kept[0], piece)

    def _show_on(self):
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                self._show()


def _flush():
    for stream in (sys.stdout, sys.stderr):
        if stream:
            stream.flush()
