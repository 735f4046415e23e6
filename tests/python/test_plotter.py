"""Scripts of the old plotter, with their import line changed."""

import json
import os
import pathlib
import subprocess
import tempfile

from session import Script, WatchedTestCase, events, memwatch, run, wait_for


class OldScripts(WatchedTestCase):
    """No session runs: each script makes its own, which ends with it."""

    watched = False

    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def saved(self, name):
        return [json.loads(line) for line in (self.directory / name).read_text().splitlines()]

    def test_the_short_example(self):
        script = Script(f"""
            import os
            import time
            from memwatch.plotter import Plotter, watcher

            def some_func(queues):
                big = bytearray(b"x") * 100_000_000
                queues.event.put("Reason for spike")
                time.sleep(0.3)
                del big
                queues.event.put("Finished")
                time.sleep(0.3)

            if __name__ == "__main__":
                pltt = Plotter(refresh=0.05, save_to="{self.directory}/memory.mp4")
                globalQ = pltt.get_queues("script_name")
                assert pltt.get_queues("script_name") is globalQ
                watch = {{"script_name": {{"queue": globalQ.graph, "pid": os.getpid()}}}}
                watcher(watch, refresh=0.05)
                pltt.start()
                some_func(globalQ)
                ram_mean, ram_max = pltt.stop()
                print(f"RAM {{ram_mean:.3f}} {{ram_max:.3f}}")
        """)
        pid, output = script.pid, script.end()
        self.assertRegex(output, r"\ARAM [0-9.]+ [0-9.]+\n\Z")
        mean, maximum = map(float, output.split()[1:])
        self.assertTrue(0.1 < maximum < 0.2, maximum)
        self.assertTrue(0.02 < mean < maximum, mean)
        self.assertRegex(script.errors, r"script_name .*\* Reason for spike")
        self.assertFalse((self.directory / "memory.mp4").exists())
        subprocess.run(
            ["memwatch", "export", self.directory / "memory.mwdb", "-o", self.directory / "memory.jsonl"], check=True
        )
        saved = self.saved("memory.jsonl")
        self.assertEqual(
            [(record["pid"], record["label"]) for record in saved if record["type"] == "event"],
            [(pid, "Reason for spike"), (pid, "Finished")],
        )
        samples = [record["rss"] for record in saved if record["type"] == "sample"]
        self.assertGreater(len(samples), 8)
        self.assertAlmostEqual(max(samples) / 1e9, maximum, places=3)
        self.assertNotEqual(memwatch("status").returncode, 0, "its session goes on")

    def test_children_and_the_total(self):
        _, output = run(f"""
            import multiprocessing
            import os
            import time
            from memwatch.plotter import Plotter, watcher

            def work(queues, megabytes):
                big = bytearray(b"x") * (megabytes * 1_000_000)
                for value in (1, 2.5):
                    queues.graph.put(value)
                queues.event.put(f"filled {{megabytes}}")
                time.sleep(1)

            class Numbers(list):
                put = list.append

            if __name__ == "__main__":
                multiprocessing.set_start_method("spawn")
                plotter = Plotter(refresh=0.05, view=None, save_to="{self.directory}/all.jsonl")
                queues = {{name: plotter.get_queues(name) for name in ("reader", "writer", "total")}}
                children = {{
                    name: multiprocessing.Process(target=work, args=(queues[name], megabytes))
                    for name, megabytes in (("reader", 50), ("writer", 100))
                }}
                numbers = Numbers()
                watch = {{"total": {{"queue": numbers}}}}
                for name, child in children.items():
                    child.start()
                    watch[name] = {{"pid": child.pid, "queue": queues[name].graph}}
                watch["dead"] = {{"pid": 2**31 - 1, "queue": plotter.get_queues("dead").graph}}
                watcher(watch, refresh=0.05, measure=1e6)
                plotter.start()
                queues["reader"].event.put("told by the parent")
                late = multiprocessing.Process(target=work, args=(plotter.get_queues("late"), 1))
                late.start()
                watcher({{"late": {{"pid": late.pid, "queue": plotter.get_queues("late").graph}}}})
                [child.join() for child in (*children.values(), late)]
                mean, maximum = plotter.stop()
                assert 0 < mean < maximum < 0.5, (mean, maximum)
                assert 150 < max(numbers) < 500, numbers
                print(*(child.pid for child in children.values()), late.pid)
        """)
        reader, writer, late = map(int, output.split())
        saved = self.saved("all.jsonl")
        self.assertEqual(
            {(record["pid"], record["label"]) for record in saved if record["type"] == "event"},
            {
                (reader, "filled 50"),
                (reader, "told by the parent"),
                (writer, "filled 100"),
                (late, "filled 1"),
            },
        )
        ends = {record["pid"]: record["name"] for record in saved if record.get("state") == "end"}
        self.assertEqual(ends, {reader: "reader", writer: "writer", late: "late"})

    def test_a_dead_pid_is_told_of_and_harms_none(self):
        script = Script("""
            import os
            from memwatch.plotter import Plotter, watcher
            plotter = Plotter(view=None, refresh=0.05)
            watcher({"dead": {"pid": 2**31 - 1, "queue": plotter.get_queues("dead").graph},
                     "script": {"pid": os.getpid(), "queue": plotter.get_queues("script").graph}}, 0.05)
            plotter.start()
            print(plotter.stop()[1] > 0)
        """)
        self.assertEqual(script.end(), "True\n")
        self.assertEqual(script.errors, "memwatch: pid 2147483647: no such process\n")

    def test_no_stop_leaves_nothing_behind(self):
        for ending in ("raise KeyError", "os.kill(os.getpid(), 9)"):
            script = Script(f"""
                import os, time
                from memwatch.plotter import Plotter, watcher
                plotter = Plotter(refresh=0.05, save_to="{self.directory}/cut")
                watcher({{"script": {{"pid": os.getpid(), "queue": plotter.get_queues("script").graph}}}}, 0.05)
                plotter.start()
                time.sleep(0.3)
                {ending}
            """)
            script.process.wait(30)
            wait_for(lambda: memwatch("status").returncode != 0, 10)
            script.process.communicate()
            self.assertEqual(self.saved("cut")[-1]["state"], "end")

    def test_without_watcher_it_is_of_the_script(self):
        script = Script(f"""
            import os, sys, time
            from memwatch.plotter import Plotter
            plotter = Plotter(refresh=0.05, view=None, save_to="{self.directory}/own.jsonl")
            plotter.start()
            queues = plotter.get_queues("numbers")
            big = bytearray(b"x") * 100_000_000
            queues.event.put("full")
            queues.graph.put(5, False)
            while not (queues.graph.empty() and queues.event.empty()):
                time.sleep(0.01)
            time.sleep(0.3)
            mean, maximum = plotter.stop()
            print(0 < mean <= maximum, 0.1 < maximum < 0.2)
        """)
        self.assertEqual(script.end(), "True True\n")
        name = pathlib.Path(script.file.name).stem
        self.assertEqual({record["name"] for record in self.saved("own.jsonl") if record["pid"] == script.pid}, {name})

    def test_never_started_nothing_is_known(self):
        _, output = run("""
            from memwatch.plotter import Plotter
            print(*Plotter(view=None).stop())
        """)
        self.assertEqual(output, "nan nan\n")

    def test_ends_of_a_pair_answer_as_empty_queues(self):
        _, output = run("""
            import queue
            from memwatch.plotter import Plotter
            pair = Plotter().get_queues("q")
            for end in pair.graph, pair.event:
                end.put_nowait(1)
                print(end.empty(), end.full(), end.qsize(), end.close(), end.join_thread())
                try:
                    end.get(timeout=60)
                except queue.Empty:
                    print("empty")
        """)
        self.assertEqual(output, "True False 0 None None\nempty\n" * 2)


class InASession(WatchedTestCase):
    def test_pause_lets_the_picture_stand(self):
        script = Script("""
            import os, sys, time
            from memwatch.plotter import Plotter, watcher
            plotter = Plotter(save_to=os.devnull)
            queues = plotter.get_queues("script")
            watcher({"script": {"pid": os.getpid(), "queue": queues.graph}})
            plotter.start()
            time.sleep(0.3)
            plotter.pause()
            time.sleep(0.1)
            print("paused", file=sys.stderr, flush=True)
            time.sleep(0.5)
            print("resumed", file=sys.stderr, flush=True)
            plotter.resume()
            queues.event.put("after")
            queues.event.put(5)
            time.sleep(0.5)
            plotter.stop()
            print("stopped", file=sys.stderr)
        """)
        self.assertEqual(script.end(), "")
        output = script.errors
        self.assertLess(output.index("script "), output.index("paused"))
        self.assertEqual(output[output.index("paused") : output.index("resumed")], "paused\n")
        self.assertIn("after", output[output.index("resumed") :])
        self.assertTrue(output.endswith("stopped\n"))
        self.assertEqual([event["label"] for event in events(pid=script.pid)], ["after", "5"])
        self.assertEqual(memwatch("status").returncode, 0, "the session ended with the script")

    def test_total_is_the_session(self):
        run("""
            from memwatch.plotter import Plotter, watcher
            queues = Plotter().get_queues("total")
            watcher({"total": {"queue": queues.graph}})
            queues.event.put("-- of all")
        """)
        self.assertEqual([event["label"] for event in events(pid=0)], ["-- of all"])


class OnATerminal(WatchedTestCase):
    def test_output_is_shown_when_the_view_has_gone(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(
                "import os, subprocess, sys, time\n"
                "from memwatch.plotter import Plotter, watcher\n"
                "plotter = Plotter(title='Old')\n"
                "watcher({'script': {'pid': os.getpid(), 'queue': plotter.get_queues('script').graph}})\n"
                "print('before', flush=True)\n"
                "plotter.start()\n"
                "print('during')\n"
                "print('an error', file=sys.stderr)\n"
                "late = subprocess.Popen(['sh', '-c', 'sleep 3; echo late child'])\n"
                "time.sleep(1)\n"
                "mean, maximum = plotter.stop()\n"
                "print('after', 0 < mean <= maximum)\n"
                "late.wait()\n"
            )
            file.flush()
            pid, terminal = os.forkpty()
            if pid == 0:
                os.environ["TERM"] = "xterm"
                os.execv("/usr/bin/python3", ["python3", file.name])
            output = read_all(terminal)
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
        drawn = output.index(b"\x1b[?1049h")
        left = output.rindex(b"\x1b[?1049l")
        self.assertIn(b"Old", output[drawn:left])
        self.assertNotIn(b"during", output[:left])
        rest = [output.index(text, left) for text in (b"during", b"an error", b"after True", b"late child")]
        self.assertEqual(rest, sorted(rest))


def read_all(terminal):
    output = b""
    try:
        while piece := os.read(terminal, 65536):
            output += piece
    except OSError:  # a terminal's way to say that nobody has it any more
        pass
    os.close(terminal)
    return output
