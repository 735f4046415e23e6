"""Children: each has a line of its own, named after its parent's, and loses no event."""

from session import WatchedTestCase, events, names, run, wait_for

EVENTS = 50


class Children(WatchedTestCase):
    def check(self, output, name, children):
        """What `children` children, whose pids are in the output, have told."""
        pids = sorted({int(pid) for pid in output.split()})
        self.assertEqual(len(pids), children)
        wait_for(lambda: len(events(category="child")) >= children * EVENTS)
        found = events(category="child")
        self.assertEqual(
            sorted((event["pid"], event["label"]) for event in found),
            sorted((pid, f"{pid} {number}") for pid in pids for number in range(EVENTS)),
        )
        self.assertEqual({names()[pid] for pid in pids}, {name})

    def start_children(self, method, rename="", last=""):
        return run(f"""
            import multiprocessing, os
            import memwatch
            def emit(_):
                {rename}
                for number in range({EVENTS}):
                    memwatch.event(f"{{os.getpid()}} {{number}}", "child")
                {last}
                os.write(1, b"%d\\n" % os.getpid())
            if __name__ == "__main__":
                memwatch.register("parent")
                context = multiprocessing.get_context("{method}")
                children = [context.Process(target=emit, args=(None,)) for _ in range(4)]
                [child.start() for child in children]
                [child.join() for child in children]
                memwatch.event("joined")
                assert memwatch.flush()
        """)

    def test_fork(self):
        self.check(self.start_children("fork")[1], "parent", 4)

    def test_forkserver(self):
        self.check(self.start_children("forkserver")[1], "parent", 4)

    def test_spawn(self):
        pid, output = self.start_children("spawn")
        self.check(output, "parent", 4)
        self.assertEqual(names()[pid], "parent")
        self.assertEqual([event["label"] for event in events(pid=pid)], ["joined"])

    def test_a_child_may_have_a_name_of_its_own(self):
        for method in ("fork", "spawn"):
            _, output = self.start_children(method, 'memwatch.register("child")', "assert memwatch.flush()")
            self.assertEqual({names()[int(pid)] for pid in output.split()}, {"child"})

    def pool(self, method):
        _, output = run(f"""
            import multiprocessing, os, time
            import memwatch
            @memwatch.benchmark(field="pool")
            def work(task):
                for number in range({EVENTS} // 2):
                    memwatch.event(f"task {{task}} {{number}}", "task")
                time.sleep(0.01)
                return os.getpid()
            if __name__ == "__main__":
                memwatch.register("parent")
                with multiprocessing.get_context("{method}").Pool(3) as pool:
                    print(*pool.map(work, range(20), chunksize=1))
        """)
        wait_for(lambda: len(events(category="pool", kind="end", label="work")) == 20)
        self.assertEqual(
            sorted(event["label"] for event in events(category="task")),
            sorted(f"task {task} {number}" for task in range(20) for number in range(EVENTS // 2)),
        )
        self.assertEqual({names()[int(pid)] for pid in output.split()}, {"parent"})

    def test_pool_by_fork(self):
        self.pool("fork")

    def test_pool_by_forkserver(self):
        self.pool("forkserver")

    def test_pool_by_spawn(self):
        self.pool("spawn")

    def test_many_forks_beside_threads(self):
        _, output = run(f"""
            import os, threading
            import memwatch
            memwatch.register("parent")
            stop = threading.Event()
            def emit_on():
                while not stop.is_set():
                    memwatch.event("beside", "parent")
                    stop.wait(0.0005)
            threads = [threading.Thread(target=emit_on) for _ in range(3)]
            [thread.start() for thread in threads]
            for _ in range(32):
                if (pid := os.fork()) == 0:
                    for number in range({EVENTS}):
                        memwatch.event(f"{{os.getpid()}} {{number}}", "child")
                    os._exit(0)
                print(pid)
            for _ in range(32):
                assert os.wait()[1] == 0
            stop.set()
            [thread.join() for thread in threads]
            assert memwatch.flush(10) and memwatch.dropped() == 0
        """)
        self.check(output, "parent", 32)

    def test_a_name_given_before_multiprocessing_is_loaded(self):
        _, output = run("""
            import memwatch
            def emit():
                import os
                memwatch.event("late", "child")
                os.write(1, b"%d\\n" % os.getpid())
            if __name__ == "__main__":
                memwatch.register("early")
                import multiprocessing
                child = multiprocessing.get_context("spawn").Process(target=emit)
                child.start()
                child.join()
        """)
        wait_for(lambda: events(category="child"))
        self.assertEqual(names()[int(output)], "early")

    def test_grandchildren(self):
        _, output = run("""
            import multiprocessing, os
            import memwatch
            def emit(methods):
                memwatch.event("here", "child")
                os.write(1, b"%d\\n" % os.getpid())
                if methods:
                    start(methods)
            def start(methods):
                child = multiprocessing.get_context(methods[0]).Process(target=emit, args=(methods[1:],))
                child.start()
                child.join()
            if __name__ == "__main__":
                memwatch.register("eldest")
                start(["fork", "spawn", "forkserver", "fork"])
        """)
        pids = [int(pid) for pid in output.split()]
        wait_for(lambda: len(events(category="child")) == 4)
        self.assertEqual([names()[pid] for pid in pids], ["eldest"] * 4)
