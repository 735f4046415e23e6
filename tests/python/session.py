"""A watcher with a session, scripts run against it, and what the session says of them."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

TICK = "20ms"


def memwatch(*arguments):
    return subprocess.run(["memwatch", *arguments], capture_output=True, text=True, timeout=60)


def wait_for(what, seconds=20):
    """The first true value that what() gives."""
    deadline = time.monotonic() + seconds
    while not (value := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s")
        time.sleep(0.02)
    return value


def records():
    """The session's records so far."""
    run = memwatch("--view", "json", "--window", "3600s", "--duration", "200ms")
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def events(**wanted):
    return [
        record
        for record in records()
        if record["type"] == "event" and all(record[key] == value for key, value in wanted.items())
    ]


def names():
    """Of all lines that there were, by pid."""
    return {line["pid"]: line["name"] for line in json.loads(memwatch("list", "--all", "--json").stdout)}


class Script:
    """A Python script's run, from a file, as multiprocessing wants it."""

    def __init__(self, text, **environment):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".py")
        self.file.write(textwrap.dedent(text))
        self.file.flush()
        self.process = subprocess.Popen(
            [sys.executable, self.file.name],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self.process.pid

    def end(self, status=0):
        output, errors = self.process.communicate(timeout=60)
        self.file.close()
        self.errors = errors
        assert self.process.returncode == status, f"exit status {self.process.returncode}: {output}{errors}"
        return output


def run(text, status=0, **environment):
    script = Script(text, **environment)
    return script.pid, script.end(status)


class WatchedTestCase(unittest.TestCase):
    """Each test has a session of its own, with its watcher."""

    watched = True

    def setUp(self):
        os.environ["MEMWATCH_SESSION"] = self.id().rsplit(".", 1)[-1][:32]
        if self.watched:
            self.start_watcher()

    def start_watcher(self):
        watcher = subprocess.Popen(["memwatchd", "--foreground", "--interval", TICK], stdin=subprocess.DEVNULL)
        self.addCleanup(watcher.wait)
        self.addCleanup(watcher.terminate)
        wait_for(lambda: memwatch("status").returncode == 0)
