#!/bin/bash
# Traces for Perfetto and Chrome: every field exact, as an independent decoder reads it.
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH

cd "$TMPDIR" || exit 1
make_recording s.mwdb || fail "no recording"
for ending in pftrace json; do
	memwatch export s.mwdb -o out.$ending >said 2>&1 || fail "export to .$ending: $(cat said)"
	check_equal "said of .$ending" "" "$(cat said)"
	memwatch export s.mwdb -o again.$ending && cmp out.$ending again.$ending || fail ".$ending differs between two runs"
	memwatch export s.mwdb -o part.$ending --from 0.19s --to 0.24s || fail "a part as .$ending"
	memwatch export s.mwdb -o only.$ending --pid 99 || fail "one PID as .$ending"
	memwatch export s.mwdb -o titled.$ending --title $'a \e[1m title' || fail "a title in .$ending"
done
protoc --decode_raw <out.pftrace >raw 2>&1 || fail "protoc cannot read it: $(tail -1 raw)"
check_equal "packets by protoc" "$(grep -c '^1 {' raw)" "$(grep -c '^  10: 28023$' raw)"

cat >decode.py <<'END'
MS, MIB, START = 10**6, 2**20, 1000 * 10**9
at = lambda ms: START + ms * MS


def fields(data):
    """(number, value) of each field of a message: int or bytes."""
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert value < 2**64 and (byte or shift == 7), "no shortest varint"
                return value

    while place < len(data):
        key = varint()
        value = varint()
        if key & 7 == 2:
            assert place + value <= len(data), "a length beyond the message"
            place += value
            value = data[place - value:place]
        else:
            assert key & 7 == 0, f"wire type {key & 7}"
        yield key >> 3, value


TEXT = "text"
ANNOTATION = {2: ("bool", None), 3: ("uint", None), 6: ("string", TEXT), 10: ("name", TEXT)}
PACKET = {
    6: ("clock_snapshot", {1: ("clocks*", {1: ("clock_id", None), 2: ("timestamp", None)}), 2: ("primary", None)}),
    8: ("timestamp", None), 10: ("sequence", None), 13: ("flags", None), 42: ("dropped", None), 58: ("clock", None),
    1: ("ftrace", {1: ("cpu", None), 2: ("event", {
        1: ("timestamp", None), 2: ("pid", None), 236: ("rename", {1: ("pid", None), 3: ("name", TEXT)}),
        240: ("free", {2: ("pid", None)})})}),
    2: ("tree", {1: ("process", {1: ("pid", None), 2: ("ppid", None), 3: ("cmdline*", TEXT)})}),
    9: ("stats", {1: ("processes*", {1: ("pid", None), 3: ("rss_kb", None), 4: ("anon_kb", None), 5: ("file_kb", None),
                                     6: ("shmem_kb", None), 7: ("swap_kb", None), 9: ("hwm_kb", None)})}),
    11: ("event", {4: ("annotations*", ANNOTATION), 9: ("type", None), 11: ("track", None),
                   22: ("categories*", TEXT), 23: ("name", TEXT), 30: ("value", None)}),
    60: ("track", {1: ("uuid", None), 2: ("name", TEXT), 5: ("parent", None),
                   3: ("process", {1: ("pid", None), 2: ("cmdline*", TEXT), 6: ("name", TEXT), 7: ("start", None)}),
                   8: ("counter", {3: ("unit", None)})}),
}


def decode(data, schema):
    message = {}
    for number, value in fields(data):
        name, kind = schema[number]
        if kind is TEXT:
            value = value.decode("utf-8")
            assert value.isprintable(), repr(value)
        elif kind:
            value = decode(value, kind)
        else:
            assert isinstance(value, int)
        if name.endswith("*"):
            message.setdefault(name[:-1], []).append(value)
        else:
            assert name not in message, f"{name} twice"
            message[name] = value
    return message


class Trace:
    """What trace_processor would make of a file: sorted by time, equal times as they stand in it."""

    def __init__(self, path):
        self.packets = [decode(data, PACKET) for number, data in fields(open(path, "rb").read()) if number == 1 or 1 / 0]
        for packet in self.packets:
            assert packet["sequence"] == 28023 and packet["clock"] == 3 and packet["timestamp"] > 0, packet
        self.tracks = {}
        for packet in self.packets:
            track = packet.get("track")
            if track:
                assert track["uuid"] not in self.tracks and 0 < track["uuid"] < 2**63
                assert track.get("parent") is None or track["parent"] in self.tracks, "a parent told after its child"
                self.tracks[track["uuid"]] = track
            if "event" in packet:
                assert packet["event"]["track"] in self.tracks, "an event before its track"
        self.sorted = sorted(self.packets, key=lambda packet: packet["timestamp"])

    def processes(self):
        return {uuid: track["process"] for uuid, track in self.tracks.items() if "process" in track}

    def process(self, pid, start_ms):
        found = [uuid for uuid, told in self.processes().items() if (told["pid"], told["start"]) == (pid, start_ms * MS)]
        assert len(found) == 1, (pid, start_ms, self.processes())
        return found[0]

    def counter(self, parent, name):
        (uuid,) = [uuid for uuid, track in self.tracks.items()
                   if track.get("parent") == parent and track.get("name") == name]
        assert self.tracks[uuid]["counter"] == {"unit": 3}
        return [(packet["timestamp"], packet["event"]["value"]) for packet in self.sorted
                if packet.get("event", {}).get("track") == uuid and packet["event"]["type"] == 4]

    def instants(self, track):
        return [(packet["timestamp"], packet["event"].get("name"), packet["event"].get("categories"), notes(packet["event"]))
                for packet in self.sorted if packet.get("event", {}).get("type") == 3 and packet["event"]["track"] == track]

    def slices(self, parent):
        """[(begin, end, name, categories, annotations)], by a stack a track; the end None: left open."""
        stacks, done = {}, []
        for packet in self.sorted:
            event = packet.get("event", {})
            if event.get("type") not in (1, 2) or self.tracks[event["track"]].get("parent") != parent:
                continue
            assert self.tracks[event["track"]]["name"] == "spans"
            stack = stacks.setdefault(event["track"], [])
            if event["type"] == 1:
                stack.append([packet["timestamp"], None, event.get("name"), event.get("categories"), notes(event)])
                done.append(stack[-1])
                continue
            assert stack, "an end without a begin"
            begun = stack.pop()
            begun[1] = packet["timestamp"]
            begun[4].update(notes(event))
        return [tuple(one) for one in done]


def notes(event):
    got = {}
    for annotation in event.get("annotations", []):
        name = annotation.pop("name")
        (got[name],) = annotation.values()
        annotation["name"] = name
    return got
END

# --- Perfetto's

/usr/bin/env python3 - <<'END' || fail "what is in the .pftrace"
from decode import *


def equal(got, expected):
    assert got == expected, f"\n     got {got}\nexpected {expected}"


trace = Trace("out.pftrace")
equal(trace.packets[0], {"timestamp": START, "sequence": 28023, "clock": 3, "flags": 1, "clock_snapshot": {
    "clocks": [{"clock_id": 1, "timestamp": 1700000000123456789}, {"clock_id": 3, "timestamp": START},
               {"clock_id": 6, "timestamp": START}], "primary": 3}})
assert not any("flags" in packet or "dropped" in packet for packet in trace.packets[1:])

# A process per identity, and the session.
equal([trace.processes()[uuid] for uuid in trace.processes()], [
    {"pid": 4321, "cmdline": ["./recorder --leak"], "name": "recorder", "start": 70 * 10**9},
    {"pid": 99, "cmdline": ["./child"], "name": "child", "start": 71 * 10**9},
    {"pid": 99, "cmdline": ["a second life of one PID"], "name": "child", "start": 71850 * MS},
    {"pid": 5000, "name": "gone at once", "start": at(1020)},
])
recorder, first, second, gone = trace.processes()
(session,) = [uuid for uuid, track in trace.tracks.items() if track == {"uuid": uuid, "name": "test"}]

# What trace_processor takes a command line, a parent and an end from; the rename keeps the name.
equal([(packet["timestamp"], packet["tree"]["process"]) for packet in trace.packets if "tree" in packet], [
    (at(0), {"pid": 4321, "ppid": 1, "cmdline": ["./recorder --leak"]}),
    (at(1), {"pid": 99, "ppid": 4321, "cmdline": ["./child"]}),
    (at(850), {"pid": 99, "ppid": 1, "cmdline": ["a second life of one PID"]}),
    (at(1020), {"pid": 5000, "ppid": 1, "cmdline": ["gone at once"]})])
kernel = [packet["ftrace"] for packet in trace.packets if "ftrace" in packet]
assert all(one["cpu"] == 0 and list(one["event"])[:2] == ["timestamp", "pid"] for one in kernel)
equal([(one["event"]["timestamp"], one["event"]["rename"]) for one in kernel if "rename" in one["event"]], [
    (at(0), {"pid": 4321, "name": "recorder"}), (at(1), {"pid": 99, "name": "child"}),
    (at(850), {"pid": 99, "name": "child"}), (at(1020), {"pid": 5000, "name": "gone at once"})])
equal([(one["event"]["timestamp"], one["event"]["free"]) for one in kernel if "free" in one["event"]], [
    (at(690), {"pid": 99}), (at(1030), {"pid": 5000})]) # a process that was dropped goes on

# Memory, in bytes, a step where it changes, 0 from its end on; and as the system would tell it.
equal(trace.counter(recorder, "RSS"), [(at(ms), mib * MIB) for ms, mib in (
    (0, 10), (200, 12), (300, 13), (600, 20), (1000, 21), (1300, 22), (1600, 30), (1800, 8))])
equal(trace.counter(first, "RSS"), [(at(ms), mib * MIB) for ms, mib in (
    (1, 1536), (200, 1535), (300, 0), (600, 100), (690, 0))])
equal(trace.counter(second, "RSS"), [(at(ms), mib * MIB) for ms, mib in ((850, 5), (1000, 6), (1200, 7), (1250, 0))])
equal(trace.counter(gone, "RSS"), [])
equal(trace.counter(first, "RSS peak"), [(at(690), 1600 * MIB)])

stats = [(packet["timestamp"], one["pid"], one.get("rss_kb"), one.get("hwm_kb"))
         for packet in trace.packets for one in packet.get("stats", {}).get("processes", [])]
both = sorted((t, trace.processes()[uuid]["pid"], rss // 1024, None)
              for uuid in trace.processes() for t, rss in trace.counter(uuid, "RSS"))
equal(sorted(one for one in stats if one[3] is None), both)
assert (at(690), 99, None, 1600 * 1024) in stats
equal({pid for t, pid, rss, hwm in stats if hwm}, {99, 4321})
for packet in trace.packets:
    assert len({one["pid"] for one in packet.get("stats", {}).get("processes", [])}) == len(
        packet.get("stats", {}).get("processes", []))

# When the system's numbers of a PID come, the process that has it has been told, and its predecessor has ended.
order = [("stats", packet["timestamp"]) if "stats" in packet else ("track", packet["track"]["uuid"])
         for packet in trace.packets if "track" in packet or any(one["pid"] == 99 for one in packet.get("stats", {}).get("processes", []))]
assert order.index(("track", first)) < order.index(("stats", at(1)))
assert order.index(("stats", at(690))) < order.index(("track", second)) < order.index(("stats", at(850)))

# Milestones, with texts made safe; notices; ends; gaps.
marks = lambda track: [one for one in trace.instants(track) if one[2] != ["memwatch"]]
told = lambda track: [one for one in trace.instants(track) if one[2] == ["memwatch"]]
OLD = {"rss": 30 * MIB, "rss_age_ns": 50 * MS}  # of another moment
equal(marks(recorder), [(at(ms), name, category, {"rss": mib * MIB}) for ms, name, category, mib in (
    (150, "recording started", ["camera"], 11),
    (170, '=HYPERLINK("http://x.test","click")', None, 11),
    (310, "<script>alert(1)</script><!-- ]]> &amp;", ["</script>"], 13),
    (320, "\U0001f680 launched \\u202edesrever", None, 13),
    (330, "\\x1b]0;owned\\x07 %s%n $x_1$ \\frac{} `id` $(id) 'q' a\\b", None, 13),
    (340, "only a category", ["only a category"], 13),
    (350, "bad \ufffd\ufffd bytes", None, 13))] + [(at(1650), "saved", ["camera"], OLD)])
equal(marks(first), [(at(205), "@SUM(1+1)|cmd", None, {"rss": 1535 * MIB}), (at(206), "+2\\t", ["-1"], {"rss": 1535 * MIB})])
equal(marks(second), [(at(890), "comes late", None, {}), (at(1260), "after its end", None, {})])
equal(marks(session), [(at(225), "battery \\x9b low\\nsecond line\\x0d".replace("\\x9b", "\\u009b"), None, {})])
equal(told(session), [
    (START, "recorded by memwatch", ["memwatch"],
     {"session": "test", "host": "host", "version": told(session)[0][3]["version"], "interval_ns": 100 * MS}),
    (at(600), "2 missed ticks", ["memwatch"], {"from_ns": at(400), "to_ns": at(600), "count": 2})])
equal(told(first), [
    (at(1), "joins as", ["memwatch"], {"name": '"a", </script> \u9332\u753b \\x1b[2J\ufffd', "ppid": 4321,
                                       "command": "sh -c \"echo '$(id)'\"; `id`\\n\\ttwo\\x7f"}),
    (at(230), "is now called", ["memwatch"], {"name": "child", "command": "./child", "ppid": 4321}),
    (at(690), "killed by SIGKILL", ["memwatch"],
     {"last_rss": 100 * MIB, "max_rss": 1536 * MIB, "peak_rss": 1600 * MIB})])
equal([one[:2] for one in told(second)], [
    (at(850), "joins as"), (at(950), "7 dropped events"), (at(1250), "dropped")])
equal([one[:2] for one in told(gone)], [(at(1020), "joins as"), (at(1030), "exited with status 3")])

# Spans: each begin and end paired by its track alone; what overlaps is apart.
equal(trace.slices(recorder), [
    (at(160), at(250), "read", ["I/O"], {"rss": 11 * MIB, "rss_end": 13 * MIB, "peak_rss": 14 * MIB}),
    (at(180), at(210), 'parse, "nested"', ["I/O"], {"rss": 11 * MIB, "rss_end": 12 * MIB,
                                                   "peak_rss_at_least": 13 * MIB}),
    (at(220), at(620), "overlaps", ["compute"], {"rss": 12 * MIB, "rss_end": 20 * MIB, "peak_rss": 21 * MIB}),
    (at(1010), None, "never ends", None, {"rss": 21 * MIB})])
equal(trace.slices(first), [
    (at(630), at(690), "cut short by its death", ["work"], 
     {"rss": 100 * MIB, "rss_end": 100 * MIB, "peak_rss_at_least": 102 * MIB, "rss_age_ns": 90 * MS, "unfinished": 1})])
equal(trace.slices(second) + trace.slices(gone), [])

# A part: what each process had at its begin, and a span that was running then.
part = Trace("part.pftrace")
recorder, first = part.processes()
equal(part.counter(recorder, "RSS"), [(at(190), 10 * MIB), (at(200), 12 * MIB)])
equal(part.counter(first, "RSS"), [(at(190), 1536 * MIB), (at(200), 1535 * MIB)])
equal(part.slices(recorder), [
    (at(190), at(210), 'parse, "nested"', ["I/O"], {"rss": 11 * MIB, "rss_end": 12 * MIB, "duration_ns": 30 * MS,
                                                   "peak_rss_at_least": 13 * MIB}),
    (at(220), None, "overlaps", ["compute"], {"rss": 12 * MIB})][::1])
assert all(at(190) <= packet["timestamp"] <= at(240) for packet in part.packets[1:])

equal([(told["pid"], told["name"]) for told in Trace("only.pftrace").processes().values()], [(99, "child"), (99, "child")])
assert any(track.get("name") == "a \\x1b[1m title" for track in Trace("titled.pftrace").tracks.values())
END

# --- Chrome's

/usr/bin/env python3 - <<'END' || fail "what is in the .json"
import json
from decode import Trace, at, MIB, START


def equal(got, expected):
    assert got == expected, f"\n     got {got}\nexpected {expected}"


def load(path):
    text = open(path, encoding="utf-8").read()
    assert all(letter == "\n" or letter >= " " and not "\x7f" <= letter < "\xa0" for letter in text)
    return json.loads(text, parse_float=lambda digits: int(digits.replace(".", "")) if len(digits.split(".")[1]) == 3 else 1 / 0)


whole = load("out.json")
events = whole["traceEvents"]
equal(whole["displayTimeUnit"], "ms")
equal((whole["otherData"]["start_mono_ns"], whole["otherData"]["start_unix_ns"]), (str(START), "1700000000123456789"))

def metadata(of, what):
    return {event["pid"]: list(event["args"].values())[0] for event in of if event["ph"] == "M" and event["name"] == what}

SESSION, AGAIN = 10000000, 10000003
names = metadata(events, "process_name")
equal(names, {SESSION: "test", 4321: "recorder", 99: "child", AGAIN: "child (pid 99, reused)", 5000: "gone at once"})
equal(metadata(events, "process_labels")[AGAIN], "pid 99, reused: a second life of one PID")
equal(metadata(events, "process_sort_index"), {SESSION: 0, 4321: 1, 99: 2, AGAIN: 3, 5000: 4})
assert all(event["pid"] in names for event in events)

# The same values, at the same times, as in the other trace.
trace = Trace("out.pftrace")
pids = dict(zip(trace.processes(), (4321, 99, AGAIN, 5000)))
for track, pid in pids.items():
    for name in ("RSS", "RSS peak"):
        if name == "RSS" or pid in (4321, 99):
            equal([(event["ts"], event["args"]["bytes"]) for event in events
                   if event["ph"] == "C" and event["pid"] == pid and event["name"] == name], trace.counter(track, name))
equal(next(event for event in events if event["ph"] == "C"),
      {"ph": "C", "pid": 4321, "ts": START, "name": "RSS", "args": {"bytes": 10 * MIB}})

instants = [event for event in events if event["ph"] == "i"]
assert all(event["s"] == "p" and "ts" in event for event in instants)
equal([(event["ts"], event["cat"], event["name"]) for event in instants if event["pid"] == SESSION],
      [(at(225), "", "battery \x9b low\nsecond line\r"), (at(600), "memwatch", "2 missed ticks")])
texts = {event["name"]: event["args"] for event in instants}
equal(texts["\x1b]0;owned\x07 %s%n $x_1$ \\frac{} `id` $(id) 'q' a\\b"], {"rss": 13 * MIB})
equal(texts["bad \ufffd\ufffd bytes"], {"rss": 13 * MIB})
equal(texts["saved"], {"rss": 30 * MIB, "rss_age_ns": 50000000})
equal(texts["killed by SIGKILL"], {"max_rss": 1536 * MIB, "peak_rss": 1600 * MIB})
equal([event["pid"] for event in instants if event["name"] == "comes late"], [AGAIN])

def spans(of):
    """Paired by process, category and id, as the format has it; the names must agree."""
    begun, done = {}, []
    for event in of:
        if event["ph"] in "be":
            key = event["pid"], event["cat"], event["id2"]["local"]
            if event["ph"] == "b":
                assert key not in begun
                begun[key] = [event["ts"], None, event["name"]]
                done.append((event["pid"], begun[key]))
            else:
                assert begun[key][1] is None and begun[key][2] == event["name"]
                begun[key][1] = event["ts"]
    return [(pid, *span) for pid, span in done]

equal(sorted(spans(events), key=lambda span: span[1]),
      sorted(((pid, *span[:3]) for track, pid in pids.items() for span in trace.slices(track)), key=lambda span: span[1]))
equal(len(spans(events)), 5)
equal([event["args"] for event in events if event["ph"] == "e" and event["pid"] == 99],
      [{"rss_end": 100 * MIB, "rss_age_ns": 90000000, "peak_rss": 102 * MIB, "peak_exact": False, "unfinished": True}])

part = load("part.json")["traceEvents"]
assert all(at(190) <= event["ts"] <= at(240) for event in part if event["ph"] != "M")
equal(spans(part), [(4321, at(190), at(210), 'parse, "nested"'), (4321, at(220), None, "overlaps")])
equal([(event["ts"], event["args"]["bytes"]) for event in part if event["ph"] == "C" and event["pid"] == 99],
      [(at(190), 1536 * MIB), (at(200), 1535 * MIB)])
equal(set(metadata(load("only.json")["traceEvents"], "process_name")), {SESSION, 99, AGAIN})
equal(metadata(load("titled.json")["traceEvents"], "process_name")[SESSION], "a \x1b[1m title")
END

# --- what a recorder would not write: bytes that are no text, late and nested and crowded spans, lost records

/usr/bin/env python3 - <<'END' || fail "no altered recording"
import random, sqlite3

random.seed(5)
file = sqlite3.connect("s.mwdb")
file.execute("UPDATE event SET label = CAST(x'ff1b41c3' AS TEXT) WHERE label = 'saved'")
file.execute("UPDATE event SET label = printf('%.*c', 200, 'x') WHERE label = 'cut short by its death'")
file.execute("UPDATE gap SET reason = 'recorder behind' WHERE reason = 'dropped events'")
file.execute("DELETE FROM event WHERE process = 1 AND span IS NOT NULL")
for i in range(2000):
    begin = random.randrange(1900) * 10**6
    file.execute("INSERT INTO event (t_ns, process, category, label, span, duration_ns, rss, rss_end)"
                 " VALUES (?, 1, 'c', ?, ?, ?, 1, 1)",
                 (begin, f"span {i}", i + 100, random.choice((0, 1, 5, 40)) * 10**6 if i % 10 else None))
file.commit()
END
for ending in pftrace json; do
	memwatch export s.mwdb -o out.$ending || fail "the altered recording as .$ending"
done
protoc --decode_raw <out.pftrace >raw || fail "protoc cannot read the altered one"

/usr/bin/env python3 - <<'END' || fail "what is in the altered ones"
import json, sqlite3
from decode import *

expected = [(START + begin, None if duration is None else START + begin + duration, label)
                  for begin, duration, label in sqlite3.connect("s.mwdb").execute(
                      "SELECT t_ns, duration_ns, label FROM event WHERE process = 1 AND span IS NOT NULL")]
key = lambda span: (span[0], span[1] or 0, span[2])
trace = Trace("out.pftrace")
recorder, first, second, gone = trace.processes()
got = trace.slices(recorder)
assert len(expected) == 2000 and sorted((span[:3] for span in got), key=key) == sorted(expected, key=key)
tracks = sum(track.get("name") == "spans" and track["parent"] == recorder for track in trace.tracks.values())
assert 200 < tracks < 600, f"{tracks} tracks for 200 open spans and some tens at once"

assert [one[1] for one in trace.instants(recorder) if one[0] == at(1650)] == ["\\xff\\x1bA\\xc3"]
assert [span[:3] for span in trace.slices(first)] == [(at(630), at(690), 200 * "x")]
lost = [packet for packet in trace.packets if "dropped" in packet]
assert [(packet["timestamp"], packet["dropped"], packet["flags"], packet["event"]["name"]) for packet in lost] == [
    (at(950), 1, 1, "7 records lost: recorder behind")], lost

events = json.load(open("out.json", encoding="utf-8"))["traceEvents"]
assert "\ufffd\x1bA\ufffd" in [event.get("name") for event in events]
ends = [event for event in events if event["pid"] == 99 and event["ph"] in "be"]
assert [event.get("name") for event in ends] == [200 * "x", None] and ends[0]["id2"] == ends[1]["id2"], ends
assert sum(event["ph"] == "b" for event in events) == 2001 and sum(event["ph"] == "e" for event in events) == 1801
END

# --- memory under the names of the system's own traces, of a session as it is and of one with those figures

memwatch record -i 50ms -o plain.mwdb -- sleep 0.3 2>record.err || fail "record: $(cat record.err)"
memwatch record -i 50ms --metrics anon,file,shmem,swap --metrics-interval 100ms -o all.mwdb -- sleep 1.6 2>record.err || fail "record: $(cat record.err)"
for name in plain all; do
	memwatch export $name.mwdb -o $name.pftrace || fail "export of $name"
done
/usr/bin/env python3 - <<'END' || fail "counters of the system"
from decode import Trace
import sqlite3

for name in ("plain", "all"):
    stats = [one for packet in Trace(name + ".pftrace").packets for one in packet.get("stats", {}).get("processes", [])]
    anon = [one["anon_kb"] for one in stats if "anon_kb" in one]
    file = [one["file_kb"] for one in stats if "file_kb" in one]
    assert anon and max(anon) > 0 and max(file) > 100, (name, stats)
    assert name == "plain" or {"shmem_kb", "swap_kb"} <= {key for one in stats for key in one}, stats
    if name == "plain":
        rows = sqlite3.connect("plain.mwdb").execute("SELECT rss, shared FROM sample WHERE shared").fetchall()
        assert {(one["anon_kb"] + one["file_kb"]) * 1024 for one in stats if "anon_kb" in one} <= {rss for rss, _ in rows}
END
