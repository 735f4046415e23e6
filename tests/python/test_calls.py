"""The package's calls, by scripts of their own."""

import asyncio
import inspect
import unittest

import memwatch
from session import WatchedTestCase, events, names, records, run, wait_for


class Calls(WatchedTestCase):
    def test_events_have_labels_and_categories(self):
        pid, output = run("""
            import memwatch
            print(memwatch.register("reader"))
            memwatch.event("plain")
            memwatch.event("in a category", "I/O")
            memwatch.event(category="I/O", label="by keyword 録画 %s")
            memwatch.event("half a pair \\udc80")
            memwatch.event("x" * 300)
            print(memwatch.flush(), memwatch.dropped())
        """)
        self.assertEqual(output, "True\nTrue 0\n")
        self.assertEqual(
            [(event["category"], event["label"]) for event in events(pid=pid, kind="milestone")],
            [
                ("", "plain"),
                ("I/O", "in a category"),
                ("I/O", "by keyword 録画 %s"),
                ("", "half a pair \\udc80"),
                ("", "x" * 200),
            ],
        )
        self.assertEqual(names()[pid], "reader")

    def test_events_before_a_death_are_there(self):
        pid, _ = run(
            """
            import memwatch, os, signal
            for number in range(100):
                memwatch.event(f"event {number}")
            os.kill(os.getpid(), signal.SIGKILL)
            """,
            status=-9,
        )
        wait_for(lambda: len(events(pid=pid)) >= 100)
        self.assertEqual([event["label"] for event in events(pid=pid)], [f"event {number}" for number in range(100)])

    def test_threads_lose_none(self):
        pid, _ = run("""
            import memwatch, threading
            def emit(thread):
                for number in range(500):
                    memwatch.event(f"{thread} {number}")
            threads = [threading.Thread(target=emit, args=(thread,)) for thread in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            assert memwatch.flush(10)
        """)
        self.assertEqual(
            sorted(event["label"] for event in events(pid=pid)),
            sorted(f"{thread} {number}" for thread in range(4) for number in range(500)),
        )

    def test_spans_end_however_they_are_left(self):
        pid, _ = run("""
            import asyncio, memwatch
            span = memwatch.span
            with span("block", category="I/O"):
                filled = bytearray(b"x") * 50_000_000
            try:
                with span("raises"):
                    raise KeyError
            except KeyError:
                pass
            @span("function", "CPU")
            def function(depth):
                return function(depth - 1) if depth else "result"
            assert function(2) == "result"
            again = span("again")
            with again, again:
                pass
            async def main():
                async with span("async block"):
                    await asyncio.sleep(0.01)
            asyncio.run(main())
            with span("left open"):
                assert memwatch.flush()
                import os; os._exit(0)
        """)
        wait_for(lambda: any(record.get("state") == "end" and record["pid"] == pid for record in records()))
        ends = events(pid=pid, kind="end")
        self.assertEqual(
            [(event["category"], event["label"]) for event in ends],
            [("I/O", "block"), ("", "raises")] + [("CPU", "function")] * 3 + [("", "again")] * 2 + [("", "async block"), ("", "left open (unfinished)")],
        )
        self.assertEqual(len(events(pid=pid, kind="begin")), len(ends))
        self.assertGreater(ends[0]["rss_end"] - ends[0]["rss"], 45_000_000)
        self.assertGreaterEqual(ends[-2]["duration"], 0.01)

    def test_tasks_overlap(self):
        pid, _ = run("""
            import asyncio, memwatch
            @memwatch.benchmark(field="net")
            async def fetch(seconds):
                await asyncio.sleep(seconds)
                if seconds > 0.25:
                    raise OSError
            async def main():
                cancelled = asyncio.create_task(fetch(60))
                await asyncio.gather(fetch(0.3), fetch(0.2), fetch(0.1), return_exceptions=True)
                cancelled.cancel()
            asyncio.run(main())
            assert memwatch.flush()
        """)
        spans = events(pid=pid, kind="end", category="net", label="fetch")
        for event, seconds in zip(spans, [0.1, 0.2, 0.3, 0.3], strict=True):
            self.assertAlmostEqual(event["duration"], seconds, delta=0.09)

    def test_benchmark_is_as_insideme_has_it(self):
        pid, _ = run("""
            import memwatch
            class Reader:
                @memwatch.benchmark(field="I/O")
                def read(self, fail=False):
                    "It reads."
                    if fail:
                        raise OSError
                    return 5
                @memwatch.benchmark
                def bare(self):
                    return 7
                @memwatch.benchmark()
                def lines(self):
                    received = yield 1
                    yield received
                    return 3
            reader = Reader()
            assert reader.read() == 5 and Reader.read.__doc__ == "It reads."
            try:
                reader.read(fail=True)
            except OSError:
                pass
            assert reader.bare() == 7 and Reader.bare.__name__ == "bare"
            lines = reader.lines()
            assert next(lines) == 1 and lines.send(2) == 2
            assert list(lines) == []
            assert memwatch.flush()
        """)
        self.assertEqual(
            [(event["category"], event["label"]) for event in events(pid=pid, kind="end")],
            [("I/O", "Reader.read"), ("I/O", "Reader.read"), ("", "Reader.bare"), ("", "Reader.lines")],
        )

    def test_a_signal_handler_may_emit(self):
        pid, _ = run("""
            import memwatch, signal, time
            signal.signal(signal.SIGALRM, lambda *_: memwatch.event("alarm"))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            time.sleep(0.2)
            assert memwatch.flush()
        """)
        self.assertEqual([event["label"] for event in events(pid=pid)], ["alarm"])


class Unwatched(WatchedTestCase):
    watched = False

    def test_events_wait_for_a_watcher(self):
        pid, output = run("""
            import memwatch, subprocess, time
            memwatch.register("early")
            memwatch.event("before")
            print(memwatch.flush(), memwatch.dropped())
            watcher = subprocess.Popen(["memwatchd", "--foreground"])
            deadline = time.monotonic() + 20
            while not memwatch.flush(1) and time.monotonic() < deadline:
                time.sleep(0.02)
            print(subprocess.run(["memwatch", "--view", "json", "-d", "200ms"], capture_output=True, text=True).stdout)
            watcher.terminate()
            watcher.wait()
        """)
        self.assertTrue(output.startswith("False 0\n"))
        self.assertIn('"label":"before"', output)
        self.assertIn(f'"pid":{pid},"name":"early"', output)

    def test_dropped_counts_what_made_room(self):
        _, output = run(
            """
            import memwatch
            for number in range(10_000):
                memwatch.event("x" * 100)
            print(memwatch.dropped() > 5_000)
            """,
            MEMWATCH_RING="64K",
        )
        self.assertEqual(output, "True\n")

    def test_off_does_nothing(self):
        _, output = run(
            """
            import memwatch
            with memwatch.span("s"):
                memwatch.event("e")
            print(memwatch.register("r"), memwatch.flush(None), memwatch.dropped())
            """,
            MEMWATCH="off",
        )
        self.assertEqual(output, "False False 0\n")


class Misuse(unittest.TestCase):
    def test_is_a_type_error(self):
        for call in (
            lambda: memwatch.event(),
            lambda: memwatch.event(5),
            lambda: memwatch.event("a", "b", "c"),
            lambda: memwatch.event("a", label="b"),
            lambda: memwatch.event("a", other="b"),
            lambda: memwatch.register(None),
            lambda: memwatch.flush("soon"),
            lambda: memwatch.span(5),
            lambda: memwatch.benchmark(5),
            lambda: memwatch._spans.end(5),
        ):
            with self.assertRaises((TypeError, ValueError)):
                call()

    def test_async_generators_are_not_decorated(self):
        async def generator():
            yield

        with self.assertRaisesRegex(TypeError, "async with"):
            memwatch.span("s")(generator)

    def test_decorated_functions_stay_what_they_are(self):
        @memwatch.span("s")
        async def coroutine():
            pass

        @memwatch.span("s")
        def generator():
            yield

        self.assertTrue(asyncio.iscoroutinefunction(coroutine))
        self.assertTrue(inspect.isgeneratorfunction(generator))


if __name__ == "__main__":
    unittest.main()
