#!/bin/bash
# What a recording came to, and two of them compared: the figures, the JSON, the exit statuses, and what can't be read.
. "$ROOT/tests/lib.sh"
look_for_no_leaks
PATH=$O/tests:$PATH

cd "$TMPDIR" || exit 1
make_recording s.mwdb && make_run a.mwdb && make_run b.mwdb 40 && make_run other.mwdb 0 other && make_run empty.mwdb empty ||
	fail "no recordings"
(make_run cut.mwdb cut) 2>/dev/null && fail "a recorder that is to be killed"

# golden NAME COMMAND...: it succeeds, says nothing but this, and the golden file is what it prints.
golden() {
	local name=$1
	shift
	"$@" >"$name" 2>said || fail "$*: $(cat said)"
	check_equal "said by $*" "" "$(cat said)"
	diff "$ROOT/tests/golden/$name" "$name" || fail "$name differs"
}

# refuses STATUS MESSAGE COMMAND...: it prints nothing, and says that.
refuses() {
	local expected=$1 message=$2 got
	shift 2
	"$@" >refused.out 2>refused.err
	got=$?
	check_equal "status of $*" "$expected" $got
	check_equal "message of $*" "$message" "$(cat refused.err)"
	check_equal "output of $*" "" "$(cat refused.out)"
}

# --- report

golden report.txt memwatch report s.mwdb
golden report.json memwatch report s.mwdb --json
golden report-part.txt memwatch report b.mwdb --from 5s --to 12.2s --name '^work'
LC_ALL=C memwatch report s.mwdb | LC_ALL=C grep -q '[^ -~]' && fail "no ASCII in the C locale"
check_equal "control bytes in a report" "" "$(memwatch report s.mwdb | LC_ALL=C grep -n $'[\001-\011\013-\037\177]')"

# Each figure, from the samples and events themselves.
memwatch export s.mwdb -o s.jsonl || fail "no export"
/usr/bin/env python3 - <<'END' || fail "the report's figures"
import json

report = json.load(open("report.json"))
lines = [json.loads(line) for line in open("s.jsonl")]
assert list(report) == ["session", "processes", "total", "categories", "spans", "events", "gaps", "inspections"]
assert report["events"] == [line for line in lines if line["type"] == "event"]
assert report["gaps"] == [line for line in lines if line["type"] == "gap"]
totals = {line["t"]: line["rss"] for line in lines if line["type"] == "sample" and line["pid"] == 0}
assert report["total"]["max_rss"] == max(totals.values()) == totals[report["total"]["max_t"]]
recorder = report["processes"][0]
samples = [(line["t"], line["rss"]) for line in lines if line["type"] == "sample" and line["pid"] == 4321]
assert recorder["max_rss"] == max(rss for t, rss in samples)
assert recorder["max_t"] == next(t for t, rss in samples if rss == recorder["max_rss"])
assert (recorder["first_rss"], recorder["last_rss"]) == (samples[0][1], samples[-1][1])
held = [(after[0] - one[0], one[1]) for one, after in zip(samples, samples[1:])]
known = [(dt, rss) for dt, rss in held if dt < 0.15]
assert recorder["t"] == 0 and recorder["duration"] == 2
low = sum(dt * rss for dt, rss in known) / sum(dt for dt, rss in known)
full = sum(dt * rss for dt, rss in held) / sum(dt for dt, rss in held)
assert min(low, full) - 1 <= recorder["mean_rss"] <= max(low, full) + 1, (low, full, recorder["mean_rss"])
spans = {span["name"]: span for span in report["spans"]}
ends = [line for line in lines if line.get("kind") == "end" and "unfinished" not in line["label"]]
for end in ends:
    span = spans[end["label"]]
    assert span["calls"] == 1 and span["duration"] == span["mean"] == span["longest"] == end["duration"]
    assert span["gained"] == end["rss_end"] - end["rss"]
assert sum(span["calls"] for span in report["spans"]) == len(ends)
assert spans["never ends"]["unfinished"] == spans["cut short by its death"]["unfinished"] == 1
io = next(each for each in report["categories"] if each["category"] == "I/O")
assert io["calls"] == 2 and io["duration"] == spans["read"]["duration"]  # the other is nested in it
END

# A leak of 40 MiB in each of three rounds, of which the kernel saw 10 MiB more.
memwatch report b.mwdb --json >b.json || fail "a report"
check_equal "worker" '[230,240,10,180,true]' "$(jq -c '.processes[0] | [.max_rss, .peak_rss, .first_rss, .last_rss |
	. / 1048576] + [.growth.low > 0 and .growth.high > .growth.per_minute]' b.json)"
check_equal "helper, too short to tell its growth" '[20971520,null,"exited with status 0"]' \
	"$(jq -c '.processes[1] | [.mean_rss, .growth, .reason]' b.json)"
check_equal "rounds" '[3,1.5,0.5,125829120]' "$(jq -c '.spans[0] | [.calls, .duration, .longest, .gained | . + 0]' b.json)" # jq 1.7 keeps digits as they are

# Nothing in it; and all that a killed recorder could keep.
check_equal "an empty recording" "session    nightly on host
started    2023-11-14 22:13:20 UTC
recorded   0 s, from 0.000 s on, a sample each 1.00 s
missed     0 ticks; 0 events dropped

No process was followed." "$(memwatch report empty.mwdb)"
check_equal "its JSON" '[[],[],[],[],[]]' \
	"$(memwatch report empty.mwdb --json | jq -c '[.processes, .categories, .spans, .events, .gaps]')"
check_match "a recording that was cut off" '^cut off    ' "$(memwatch report cut.mwdb)"
check_equal "its JSON" '[false,null]' "$(memwatch report cut.mwdb --json | jq -c '.session | [.complete, .end_wall]')"
check_equal "what it has" "$(memwatch report a.mwdb | sed -n '/MEMORY/,$p')" \
	"$(memwatch report cut.mwdb | sed -n '/MEMORY/,$p')"

# A program that lives.
memwatch record -o real.mwdb -i 20ms -- "$O/examples/hello" >/dev/null 2>said || fail "record: $(cat said)"
memwatch report real.mwdb --json >real.json || fail "a report of it"
check_equal "a real recording" '[true,"hello","exited with status 0",true,["started","50 MB read","done"]]' \
	"$(jq -c '[.session.complete] + (.processes[0] | [.name, .reason,
	.max_rss > 40000000 and .peak_rss >= .max_rss and .mean_rss <= .max_rss]) + [[.events[].label]]' real.json)"

# --- compare

golden compare.txt memwatch compare a.mwdb b.mwdb
golden compare-other.txt memwatch compare a.mwdb other.mwdb
memwatch compare a.mwdb b.mwdb --json >compare.json || fail "compare --json"
check_equal "compared peaks" '[["worker",120,240,120,100],["helper",21,21,0,0]]' \
	"$(jq -c '[.processes[] | [.name, .a.peak / 1048576, .b.peak / 1048576, .difference / 1048576, .percent + 0]]' compare.json)"
check_equal "where" '["begin step: round","end step: round",3,120]' "$(jq -c '.processes[0] | .segments[.largest] |
	[.from, .to, .times, .difference / 1048576]' compare.json)"
check_equal "growth between all moments" '[120,0]' \
	"$(jq -c '[.processes[] | [.segments[].difference] | add / 1048576]' compare.json)"
check_equal "with itself" 'true' "$(memwatch compare b.mwdb b.mwdb --json |
	jq '[.processes[] | .difference, .segments[].difference] | all(. == 0)')"
check_equal "only in one" '[["helper",true,false],["other",false,true]]' "$(memwatch compare a.mwdb other.mwdb --json |
	jq -c '[.processes[1:][] | [.name, .a != null, .b != null]]')"
memwatch compare empty.mwdb empty.mwdb >/dev/null || fail "two empty recordings"

# --- the gate

gate() { # STATUS MESSAGE ARG...
	local expected=$1 message=$2 got
	shift 2
	memwatch compare "$@" >gate.out 2>gate.err
	got=$?
	check_equal "status of compare $*" "$expected" $got
	check_equal "message of compare $*" "$message" "$(cat gate.err)"
	[ -s gate.out ] || fail "compare $* prints nothing"
}

gate 3 "memwatch: the peak of 'worker' grew by 100.0 %, from 120 MiB to 240 MiB: more than 10 %" \
	a.mwdb b.mwdb --fail-above 10%
gate 3 "memwatch: the peak of 'worker' grew by 100.0 %, from 120 MiB to 240 MiB: more than 99.9 %" \
	a.mwdb b.mwdb --fail-above 99.9 --json
check_equal "exceeded" '[true,true,false]' "$(jq -c '[.largest_peak.exceeded, .processes[].exceeded]' gate.out)"
gate 0 "" a.mwdb b.mwdb --fail-above 100%
gate 0 "" b.mwdb a.mwdb --fail-above 0%
gate 0 "" a.mwdb other.mwdb --fail-above 0%
gate 3 "memwatch: the largest peak grew by 1233.3 %, from 120 MiB to 1.6 GiB: more than 5 %" a.mwdb s.mwdb --fail-above 5%
gate 1 "memwatch: --fail-above cannot be judged: empty.mwdb has no memory to compare: exit status 1" \
	a.mwdb empty.mwdb --fail-above 5%

# --- what can't be done

echo "no recording" >text.mwdb
head -c 5000 s.mwdb >short.mwdb
for command in "report" "compare a.mwdb"; do
	refuses 1 "memwatch: none.mwdb: No such file or directory" memwatch $command none.mwdb
	refuses 1 "$(memwatch export text.mwdb -o x.csv 2>&1)" memwatch $command text.mwdb
	memwatch $command short.mwdb >out 2>said
	check_equal "status of $command of half a file" 1 $?
	check_match "message of $command of half a file" '^memwatch: short.mwdb: ' "$(cat said)"
done
refuses 1 "$(memwatch export a.mwdb -o x.csv --name nobody 2>&1)" memwatch report a.mwdb --name nobody
check_match "message of nobody" '^memwatch: a.mwdb: .*nobody' "$(cat refused.err)"
for arguments in "report" "report a.mwdb b.mwdb" "report a.mwdb --fail-above 1%" "compare a.mwdb" "compare a.mwdb b.mwdb s.mwdb" \
	"compare a.mwdb b.mwdb --fail-above much" "compare a.mwdb b.mwdb --from 1s" "report a.mwdb --from 9s --to 8s"; do
	memwatch $arguments >out 2>said
	check_equal "status of $arguments" 2 $?
	check_match "message of $arguments" '^memwatch: ' "$(cat said)"
	check_equal "output of $arguments" "" "$(cat out)"
done
memwatch report s.mwdb >/dev/full 2>said
check_equal "status of a report to a full disk" 1 $?
check_match "message of a report to a full disk" 'No space left' "$(cat said)"
memwatch report s.mwdb | head -n 1 >/dev/null || fail "a report into head"
