#!/bin/bash
# A gate that can't judge never lets pass: each gate with each reason, what it says and how it exits; what is judged by
# the kernel's peaks where nobody could look; and who wants it to pass.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"


said() { cat run.err; }

# run_gate STATUS OPTION... -- COMMAND...: a run with these ends so.
run_gate() {
	local expected=$1 status

	shift
	timeout 20 memwatch run --view json "$@" >run.out 2>run.err
	status=$?
	check_equal "status of $* ($(said))" "$expected" $status
}

# one_line PATTERN: all that was said.
one_line() {
	check_equal "lines: $(said)" 1 "$(wc -l <run.err)"
	check_match "what is said" "^memwatch: $1\$" "$(said)"
}

# held COMMAND OPTION...: a run in the background whose command ends once `release` is there; its watcher is $watcher.
held() {
	local options=("${@:2}")

	rm -f id release
	memwatch run --view json -i 50ms "${options[@]}" -- sh -c 'echo $MEMWATCH_SESSION >id
		until [ -e release ]; do sleep 0.02; done; '"$1" >run.out 2>run.err &
	run=$!
	wait_for 10 test -s id || fail "no run: $(said)"
	session=$(cat id)
	watcher=$(memwatch status --session "$session" --json | jq .watcher_pid)
}

GATES="--limit 900M --limit-total 900M --fail-on-growth 1G/min"

# --- too short to tell growth; for limits the kernel's word will do

run_gate 1 --fail-on-growth 1M/min -- true
one_line '--fail-on-growth cannot be judged: no process of true lived for 5 s and 32 intervals; .*: exit status 1'
run_gate 1 --fail-on-growth 1M/min --if-unjudged fail -- true
run_gate 0 --fail-on-growth 1M/min --if-unjudged pass -- true
one_line '--fail-on-growth cannot be judged: .*; passed, by --if-unjudged'
run_gate 0 -i 1min --limit 900M --limit-total 900M -- true
check_equal "limits of a short life" "" "$(said)"
run_gate 3 -i 1min --limit 20M -- sh -c 'grow 60000000 1 --end; true'
one_line '.* crossed the limit of 20.0 MiB, with .*: exit status 3'
run_gate 3 -i 1min --limit-total 20M -- grow 60000000 1 --end

# the command's own failure stays; 3 comes before 1, and both are said once

run_gate 7 $GATES -- sh -c 'exit 7'
one_line '--fail-on-growth cannot be judged: [^:]*'
run_gate 3 --limit 20M --fail-on-growth 1M/min -- grow 60000000 1 --end
check_equal "lines of both" 2 "$(wc -l <run.err)"
check_match "one of them" "crossed the limit of 20.0 MiB, .*: exit status 3" "$(said)"
check_match "the other" "^memwatch: --fail-on-growth cannot be judged: [^:]*$" "$(said)"
run_gate 3 --limit 20M --limit-total 20M --if-unjudged pass -- grow 60000000 1 --end
check_equal "lines of two limits" 1 "$(wc -l <run.err)"

# --- the watcher is killed, or the session is stopped

held 'exit 0' $GATES
kill -KILL "$watcher"
: >release
ends "all gates, a watcher killed: $(said)" $run 1
check_match "they are named" '^memwatch: --limit, --limit-total, --fail-on-growth cannot be judged: the watcher died before sh had ended: exit status 1$' \
	"$(said)"
check_equal "once" 1 "$(grep -c judged run.err)"

held 'exit 0' $GATES --if-unjudged pass
kill -KILL "$watcher"
: >release
ends "the same, to pass: $(said)" $run 0
check_match "and said" 'cannot be judged: the watcher died before sh had ended; passed, by --if-unjudged$' "$(said)"

held 'exit 0' --limit 900M
memwatch stop --session "$session"
: >release
ends "a session that was stopped: $(said)" $run 1
check_match "it is said" '--limit cannot be judged: the session was stopped before sh had ended' "$(said)"

# what it had is too much, whatever became of the watcher

held 'grow 60000000 1 --end' --limit 20M
kill -KILL "$watcher"
: >release
ends "too much without a watcher: $(said)" $run 3

# --- it stands still: for a while in the middle, and over the end

held 'exit 0' $GATES
kill -STOP "$watcher"
sleep 1
kill -CONT "$watcher"
: >release
ends "samples missed: $(said)" $run 1
one_line '--limit, --limit-total, --fail-on-growth cannot be judged: [0-9]+ of [0-9]+ samples were missed, .*: exit status 1'

held 'exit 0' --limit 900M
kill -STOP "$watcher"
sleep 0.6
: >release
sleep 0.6
kill -CONT "$watcher"
ends "samples missed to its end: $(said)" $run 1
one_line '--limit cannot be judged: [0-9]+ of [0-9]+ samples were missed, .*'

held 'exit 0'
kill -STOP "$watcher"
sleep 0.5
kill -CONT "$watcher"
: >release
ends "the same without a gate: $(said)" $run 0
check_equal "what is said of it" "" "$(said)"

# --- processes for which there was no descriptor

(
	ulimit -n 40
	memwatch run --view json -i 50ms --limit 900M -- sh -c 'for i in $(seq 60); do sleep 0.7 & done; wait'
) >run.out 2>run.err
status=$?
if has run.out '.type == "gap" and .reason == "not followed"'; then
	check_equal "processes not followed: $(said)" 1 $status
	check_match "it is said" '--limit cannot be judged: [0-9]+ process(es)? could not be followed for want of descriptors' "$(said)"
fi

# --- a comparison of what is not whole

memwatch record -i 50ms -o whole.mwdb -- grow 20000000 1 --end 2>/dev/null || fail "record"
memwatch record -i 50ms -o more.mwdb -- grow 90000000 1 --end 2>/dev/null || fail "record"
for file in whole more; do # what a busy machine has missed
	sqlite3 $file.mwdb "DELETE FROM gap"
done
has_samples() { # FILE
	[ "$(ask "$1" 'SELECT count(*) FROM sample' 2>/dev/null)" -gt 0 ]
}

rm -f id
mkfifo go
exec 7<>go
memwatch record -i 50ms -o cut.mwdb -- sh -c 'echo $MEMWATCH_SESSION >id; sleep 0.3 & wait; read -r _ <go' 2>/dev/null &
run=$!
wait_for 10 test -s id || fail "no recording"
wait_for 10 has_samples cut.mwdb || fail "no sample is recorded"
watcher=$(memwatch status --session "$(cat id)" --json | jq .watcher_pid)
kill -KILL "$watcher" || fail "no watcher to kill: '$watcher'"
wait_for 10 gone "$watcher" || fail "the watcher lives"
echo >&7
ends "a recording that is cut off" $run 1

compared() { # STATUS ARGUMENT...
	local expected=$1 status

	shift
	memwatch compare "$@" >run.out 2>run.err
	status=$?
	check_equal "status of compare $* ($(said))" "$expected" $status
	[ -s run.out ] || fail "compare $* prints nothing: $(said)"
}
compared 0 whole.mwdb whole.mwdb --fail-above 10%
compared 3 whole.mwdb more.mwdb --fail-above 10%
compared 0 whole.mwdb cut.mwdb
for pair in "whole.mwdb cut.mwdb" "cut.mwdb whole.mwdb" "cut.mwdb more.mwdb"; do
	compared 1 $pair --fail-above 10%
	one_line '--fail-above cannot be judged: cut.mwdb was cut off, or is being recorded still: exit status 1'
	compared 0 $pair --fail-above 10% --if-unjudged pass
	one_line '--fail-above cannot be judged: cut.mwdb .*; passed, by --if-unjudged'
done

# lacks DO WHAT_IS_SAID: a recording with these rows in its table of gaps.
lacks() {
	cp whole.mwdb lacks.mwdb
	sqlite3 lacks.mwdb "INSERT INTO gap (from_ns, to_ns, process, reason, count) VALUES ($1)" || fail "gap $1"
	compared 1 whole.mwdb lacks.mwdb --fail-above 10%
	one_line "--fail-above cannot be judged: lacks.mwdb $2: exit status 1"
}
lacks "1, 2, NULL, 'recorder behind', 5" 'lacks 5 records, for which the recorder was too slow'
lacks "1, 2, NULL, 'not followed', 1" 'lacks 1 process, for want of descriptors'
lacks "1, 900000000, NULL, 'missed ticks', 17" 'lacks over a tenth of its samples: [0-9]+ were missed'

head -c 20000 whole.mwdb >short.mwdb
refused 1 "short.mwdb: is cut short" memwatch compare whole.mwdb short.mwdb --fail-above 10% --if-unjudged pass

# what b has is too much, whatever it lacks

cp more.mwdb lacks.mwdb
sqlite3 lacks.mwdb "INSERT INTO gap (from_ns, to_ns, process, reason, count) VALUES (1, 2, NULL, 'recorder behind', 5)"
compared 3 whole.mwdb lacks.mwdb --fail-above 10%
check_equal "lines of it" 2 "$(wc -l <run.err)"

# --- waiting in a session that dies

waits() { # STATUS OPTION...: a session dies under it
	local expected=$1

	shift
	start_watcher 2>/dev/null
	memwatch wait --event never "$@" >wait.out 2>wait.err &
	waiter=$!
	sleep 0.4
	kill -KILL $watcher
	ends "wait $*: $(cat wait.err)" $waiter "$expected"
	check_match "it is said" "^memwatch: event 'never': the session has ended without it" "$(cat wait.err)"
	check_equal "what it prints" "" "$(cat wait.out)"
	wait $watcher 2>/dev/null
}
waits 1 --timeout 20s
waits 0 --if-unjudged pass

# --- usage

refused 2 "--if-unjudged: needs --limit, --limit-total or --fail-on-growth" memwatch run --if-unjudged pass -- true
refused 2 "--if-unjudged: needs --fail-above" memwatch compare --if-unjudged pass a b
refused 2 "if-unjudged 'maybe': is neither pass nor fail" memwatch run --limit 1G --if-unjudged maybe -- true
