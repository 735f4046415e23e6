"""What a call of the Python package costs, in turns with an empty call and with what the old tool's queue costs.

Each run is a process of its own, with no watcher. SimpleQueue.put blocks once its pipe is full; so a thread of the
same process would have to read, and take the GIL for it: instead a child does.
"""

import json
import multiprocessing
import os
import statistics
import timeit

PAIRS = 7
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


# Statement, set-up, calls.
SUBJECTS = {
    "an empty call": ("f()", "def f(): pass", 1_000_000),
    "event": ("event(LABEL)", "from memwatch import event", 500_000),
    "event with a category": ("event(LABEL, 'I/O')", "from memwatch import event", 500_000),
    "span": ("with span(LABEL): pass", "from memwatch import span", 50_000),
    "SimpleQueue.put": ("queue.put(LABEL)", "queue = drained_queue()", 50_000),
}

# Name, ours, peer, aim ("at least": how many times less than the peer's), limit.
FIGURES = [
    ("python/event", "event", "an empty call", "at most", 5),
    ("python/category", "event with a category", "an empty call", "at most", 6),
    ("python/queue", "event", "SimpleQueue.put", "at least", 10),
    ("python/span", "span", "SimpleQueue.put", "", 0),
]


def run(name, results):
    results.put(measure(*SUBJECTS[name]))


def once(name):
    results = multiprocessing.SimpleQueue()
    process = multiprocessing.Process(target=run, args=(name, results))
    process.start()
    value = results.get()
    process.join()
    return value


def verdict_of(aim, limit, ratios):
    """As bench/figure.c has it."""

    def met(value):
        return value <= limit if aim == "at most" else value >= limit

    if not aim:
        return ""
    ratios = sorted(ratios)
    quarter, three_quarters = ratios[len(ratios) // 4], ratios[len(ratios) - 1 - len(ratios) // 4]
    good = met(statistics.median(ratios))
    if met(quarter) != met(three_quarters):
        return "ok, close" if good else "missed, close"
    return "ok" if good else "MISSED"


def main():
    values = {name: [] for name in SUBJECTS}
    for _ in range(PAIRS):
        for name in SUBJECTS:
            values[name].append(once(name))
    for name, ours, peer, aim, limit in FIGURES:
        ratios = [theirs / mine if aim == "at least" else mine / theirs
                  for mine, theirs in zip(values[ours], values[peer])]
        figure = {"name": name, "ours": "Python: " + ours, "peer": peer, "unit": "ns",
                  "value": statistics.median(ratios), "min": min(ratios), "max": max(ratios), "aim": aim,
                  "limit": limit, "verdict": verdict_of(aim, limit, ratios),
                  "our_value": statistics.median(values[ours]), "peer_value": statistics.median(values[peer]),
                  "noise": max(values[peer]) / min(values[peer]) - 1}
        print(f"{name:<20} {ours}: {figure['our_value']:.0f} ns; {peer}: {figure['peer_value']:.0f} ns: "
              f"{figure['value']:.3g} x {figure['verdict']}")
        if "BENCH_JSON" in os.environ:
            with open(os.environ["BENCH_JSON"], "a", encoding="utf-8") as file:
                print(json.dumps(figure), file=file)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
