#!/usr/bin/env python3
"""family_oracle.py JSON LIVES COMMAND...: run a command of memwatch's with its JSON Lines into the file JSON, and watch
its descendants by an own look at all of /proc, every 10 ms. Then check what memwatch has told: each process that lived
over 200 ms has its line, which lived when it did; and the total is the sum at each tick. LIVES gets a line "PID MS NAME"
for each descendant. The exit status of the command; 99 where a check fails."""
import json, os, subprocess, sys, time

OURS = ("memwatch", "memwatchd", "memwatch-guard", "mw-sampler")


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        yield int(pid), name, fields[0], int(fields[1]), int(fields[19])


class Oracle:
    def __init__(self, root):
        self.root = root
        self.lives = {}  # (pid, start) to [first, last, name]

    def look(self):
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
        found = {pid: (name, state, ppid, start) for pid, name, state, ppid, start in processes()}

        def is_family(pid):
            while pid in found and pid != self.root:
                if found[pid][0] in ("memwatchd", "memwatch-guard"):
                    return False
                pid = found[pid][2]
            return pid == self.root

        for pid, (name, state, ppid, start) in found.items():
            if pid == self.root or state == "Z" or name in OURS or not is_family(pid):
                continue
            life = self.lives.setdefault((pid, start), [now, now, name])
            life[1:] = [now, name]


def check(records, lives):
    problems = []
    known = {}  # pid: [begin, end] of each of its lines
    values = {}
    ticks = 0
    for record in records:
        pid, kind = record["pid"], record["type"]
        if kind == "process" and record["state"] == "begin":
            known.setdefault(pid, []).append([record["t"], float("inf")])
        elif kind == "process" and record["state"] == "end":
            known[pid][-1][1] = record["t"]
            values.pop(pid, None)
        elif kind == "sample" and pid:
            values[pid] = record["rss"]
        elif kind == "sample" and record["name"] == "total":
            ticks += 1
            if record["rss"] != sum(values.values()):
                problems.append(f"at {record['t']} the total is {record['rss']}, the sum {sum(values.values())}")
    for (pid, start), (first, last, name) in lives.items():
        if last - first > 0.2 and not any(begin < last and first < end for begin, end in known.get(pid, [])):
            problems.append(f"{name}[{pid}] lived for {(last - first) * 1000:.0f} ms and has no line")
    if sum(last - first > 0.2 for first, last, _ in lives.values()) > 1 and not ticks:
        problems.append("no total")
    return problems


def main():
    with open(sys.argv[1], "w") as out:
        child = subprocess.Popen(sys.argv[3:], stdout=out)
        oracle = Oracle(child.pid)
        while child.poll() is None:
            oracle.look()
            time.sleep(0.01)
    with open(sys.argv[2], "w") as out:
        for (pid, _), (first, last, name) in oracle.lives.items():
            print(pid, round((last - first) * 1000), name, file=out)
    with open(sys.argv[1]) as lines:
        records = [json.loads(line) for line in lines]
    base = next(record["wall"] - record["t"] for record in records) + time.clock_gettime(
        time.CLOCK_MONOTONIC) - time.time()
    lives = {key: (first - base, last - base, name) for key, (first, last, name) in oracle.lives.items()}
    problems = check(records, lives)
    print("\n".join(problems), file=sys.stderr)
    sys.exit(99 if problems else child.returncode)


main()
