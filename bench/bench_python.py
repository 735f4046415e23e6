"""What a call of the Python package costs, beside what the old tool's queue costs: nanoseconds a call, median of five.

Each run is a process of its own, with no watcher. SimpleQueue.put blocks once its pipe is full; so a thread of the
same process would have to read, and take the GIL for it: instead a child does.
"""

import multiprocessing
import statistics
import sys
import timeit

RUNS = 5
LABEL = "finished reading"


def measure(statement, setup, count):
    timer = timeit.Timer(statement, setup, globals={"LABEL": LABEL, "drained_queue": drained_queue})
    timer.timeit(count // 10)
    return timer.timeit(count) / count * 1e9


def drain(queue):
    while queue.get() is not None:
        pass


def drained_queue():
    queue = multiprocessing.SimpleQueue()
    multiprocessing.Process(target=drain, args=(queue,), daemon=True).start()
    return queue


SUBJECTS = {
    "an empty call": ("f()", "def f(): pass", 2_000_000, None),
    "memwatch.event": ("event(LABEL)", "from memwatch import event", 1_000_000, 250),
    "memwatch.event with a category": ("event(LABEL, 'I/O')", "from memwatch import event", 1_000_000, 250),
    "memwatch.span": ("with span(LABEL): pass", "from memwatch import span", 100_000, None),
    "multiprocessing.SimpleQueue.put": ("queue.put(LABEL)", "queue = drained_queue()", 100_000, None),
}


def run(name, results):
    statement, setup, count, _ = SUBJECTS[name]
    results.put(measure(statement, setup, count))


def median(name):
    values = []
    for _ in range(RUNS):
        results = multiprocessing.SimpleQueue()
        process = multiprocessing.Process(target=run, args=(name, results))
        process.start()
        values.append(results.get())
        process.join()
    return statistics.median(values)


def main():
    missed = False
    print(f"{'Python, nanoseconds a call':<34} {'ns':>8} {'limit':>8}")
    for name, (*_, limit) in SUBJECTS.items():
        value = median(name)
        missed |= limit is not None and value > limit
        print(f"{name:<34} {value:8.0f} {limit or '':>8}")
    return 1 if missed else 0


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
