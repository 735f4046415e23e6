#!/bin/bash
# A recording is the whole session in one file, whoever asks for it and however that command ends; a file that is there
# is not touched, and nothing is started then.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"

# follows PID
follows() {
	memwatch list --json | jq -e "any(.pid == $1)" >/dev/null
}

# --- run: the command's status, its output untouched, and a whole file

memwatch run --view text -i 50ms -o run.mwdb -- sh -c 'echo spoken; sleep 0.4; exit 7' >run.out 2>run.err
check_equal "run: exit status" 7 $?
whole run.mwdb
check_equal "run: its processes" "sh|exited|7
sleep|exited|0" \
	"$(ask run.mwdb 'SELECT name, ended, exit_code FROM process ORDER BY id')"
check_match "run: its samples" '^[1-9]' "$(ask run.mwdb 'SELECT count(*) FROM sample')"
check_match "run: told" '^memwatch: recorded run\.mwdb: 0:[0-9]{2}, 2 processes, ' "$(cat run.err)"
grep -q '^spoken$' run.out || fail "run: output lost: $(cat run.out)"

# --- a file that is there

cp run.mwdb kept.mwdb
refused 1 'run\.mwdb: exists already; --force replaces it$|/run\.mwdb: exists already; --force replaces it$' \
	memwatch run -o run.mwdb -- touch started
[ ! -e started ] || fail "the command was started all the same"
refused 1 '.*/run\.mwdb: exists already; --force replaces it$' memwatch record -o run.mwdb --pid $$
refused 1 '.*/run\.mwdb: exists already; --force replaces it$' memwatchd -o run.mwdb
cmp run.mwdb kept.mwdb || fail "a file that is there was changed"
wait_for 5 absent || fail "a watcher is left after a refusal"
memwatch record --force -i 50ms -o run.mwdb -- sh -c 'sleep 0.1; exit 3' 2>/dev/null
check_equal "record --force: exit status" 3 $?
whole run.mwdb
check_equal "record --force" "3" "$(ask run.mwdb "SELECT exit_code FROM process WHERE name = 'sh'")"
refused 1 '.*missing/f\.mwdb: .*No such file or directory' memwatch record -o missing/f.mwdb --pid $$
refused 2 "'record' needs --output FILE" memwatch record --pid $$

# --- record: no streams, SIGTERM, the last process's end, a duration, the command killed

memwatch record -i 50ms -o command.mwdb -- sh -c 'echo out; echo err >&2' >out 2>err
check_equal "record: exit status" 0 $?
check_equal "record: the command's output" out "$(cat out)"
grep -qx err err || fail "record: the command's errors are lost: $(cat err)"
whole command.mwdb

sleep 1000 &
one=$!
memwatch record -i 50ms -o term.mwdb --pid $one <&- >&- 2>&- &
recorder=$!
wait_for 10 test -s term.mwdb || fail "record without streams does not begin"
wait_for 10 recording_is "goes on" || fail "record without streams does not go on"
kill -TERM $recorder
ends "record, by SIGTERM" $recorder 0
whole term.mwdb
check_equal "alive when the recording ended" "$one|" "$(ask term.mwdb 'SELECT pid, ended FROM process')"

wait_for 5 absent || fail "its watcher stays"
memwatch record -i 50ms -o last.mwdb --pid $one 2>last.err &
recorder=$!
see_recording "goes on"
wait_for 10 follows $one || fail "it is not followed"
kill -KILL $one
ends "record, by the last process's end" $recorder 0
whole last.mwdb
check_equal "how it ended" "killed|9" "$(ask last.mwdb 'SELECT ended, signal FROM process')"

memwatch record -i 50ms -o duration.mwdb -d 300ms 2>/dev/null || fail "record -d fails"
whole duration.mwdb

memwatch record -i 50ms -o killed.mwdb -- sh -c 'kill -KILL $$' 2>/dev/null
check_equal "a killed command: exit status" 137 $?
whole killed.mwdb
check_equal "a killed command" "killed|9" "$(ask killed.mwdb 'SELECT ended, signal FROM process')"

# --- who asks is killed: the file is finished where nobody waits

sleep 1000 &
one=$!
wait_for 5 absent || fail "its watcher stays"
memwatch record -i 50ms -o orphan.mwdb --pid $one 2>/dev/null &
recorder=$!
see_recording "goes on"
kill -KILL $recorder
wait_for 10 absent || fail "the watcher of a killed command stays"
whole orphan.mwdb

# --- the watcher is killed: the file is cut off, and the exit status tells

memwatch record -i 50ms -o cut.mwdb -- sleep 2 2>cut.err &
recorder=$!
see_recording "goes on"
kill -KILL "$(memwatch status --json | jq .watcher_pid)"
ends "record, when its watcher is killed" $recorder 1
check_match "told" '^memwatch: recording to cut\.mwdb was cut off; what was recorded before is kept$' "$(cat cut.err)"

# --- a session by hand: from its start, views come and go, another recording beside

start_watcher --interval 50ms -o hand.mwdb
emitter hand < <(echo "emit 200 0"; echo "flush 5000"; sleep 0.5) >/dev/null
emitted=$(memwatch list --all --json | jq -r '.[] | select(.name == "hand") | .pid')
memwatch record -o other.mwdb -d 100ms 2>other.err || fail "a second recording: $(cat other.err)"
whole other.mwdb
check_equal "events of the second" "$(seq 200 | sed "s/^/$emitted /")" "$(stored other.mwdb)"
memwatch --view json -d 200ms -o hand.mwdb >/dev/null 2>view.err || fail "the same file again: $(cat view.err)"
check_match "a view that leaves" "goes on recording hand\.mwdb; 'memwatch stop" "$(cat view.err)"
plot view.json -o hand.mwdb
see view.json '.label == "200"'
kill -KILL $plotter
wait $plotter 2>/dev/null
see_recording "goes on"
check_match "status" '^recording +/.*/hand\.mwdb: goes on, [0-9]+ changes? of memory, [0-9]+ events?, 0 records lost$' \
	"$(memwatch status)"
memwatch stop || fail "stop fails"
ends "the watcher" $watcher 0
whole hand.mwdb
check_equal "events of the recording" "$(seq 200 | sed "s/^/$emitted /")" "$(stored hand.mwdb)"
check_equal "lost" 0 "$(ask hand.mwdb "SELECT count(*) FROM gap WHERE reason = 'recorder behind'")"

# --- asked for later, a recording has what was before it; it ends by request, and another may follow

start_watcher --interval 50ms
emitter early < <(echo "emit 100 0"; echo "flush 5000"; sleep 0.3) >/dev/null
past early.json
memwatch record -d 200ms -o late.mwdb 2>late.err || fail "record in a running session: $(cat late.err)"
whole late.mwdb
check_equal "events from before" "$(seq 100)" "$(stored late.mwdb | awk '{ print $2 }')"
check_equal "ended" ended "$(status_of recording.state)"
check_match "told" "^memwatch: recorded late\.mwdb: 0:[0-9]{2}, $(ask late.mwdb 'SELECT count(*) FROM process') process" \
	"$(tail -n 1 late.err)"
memwatch record -d 200ms -o next.mwdb 2>/dev/null || fail "a recording after another"
whole next.mwdb
memwatch status >/dev/null || fail "the session ended with its recording"

# what has nothing to record has no file open
[ -z "$(find /proc/$watcher/fd -lname '*mwdb*')" ] || fail "the file of an ended recording is still open"
memwatch record -o long.mwdb 2>long.err &
recorder=$!
see_recording "goes on"
memwatch record -d 100ms -o long.mwdb 2>joined.err || fail "a second recorder of a file: $(cat joined.err)"
check_match "the second's words" 'goes on recording long\.mwdb' "$(tail -n 1 joined.err)"
see_recording "goes on"
memwatch stop || fail "stop fails"
ends "record, when its session is stopped" $recorder 0
ends "the watcher" $watcher 0
whole long.mwdb

# --- a title is kept

memwatch record -o title.mwdb --title 'nightly <run>' -- true 2>/dev/null || fail "record with a title"
check_equal "its title" "nightly <run>" "$(memwatch report --json title.mwdb | jq -r .session.title)"
memwatch record -o untitled.mwdb -- sleep 0.2 2>/dev/null || fail "record without a title"
check_equal "called by its process" "sleep" "$(memwatch report --json untitled.mwdb | jq -r .session.title)"

# --- a command that fails before there is anything to record leaves no file

memwatch record -o none.mwdb --pid 999999999 2>none.err
check_equal "a process that is not there" 1 $?
check_equal "its words" "memwatch: pid 999999999: no such process" "$(cat none.err)"
memwatch record -o none.mwdb -- ./no-such-command 2>none.err
check_equal "a command that is not there" 127 $?
[ -z "$(find . -name 'none.mwdb*')" ] || fail "an empty recording is left"

# --- a path with as many bytes as there may be: what SQLite takes, less the ending of its log

deep=$PWD
while [ ${#deep} -lt 350 ]; do deep+=/$(printf 'd%.0s' {1..100}); done
mkdir -p "$deep"
file=$deep/$(printf 'f%.0s' $(seq $((503 - ${#deep} - 1))))
memwatch record -d 200ms -o "$file" 2>deep.err || fail "the longest path: $(cat deep.err)"
[ -s "$file" ] || fail "the longest path has no file"
refused 1 'f+.*: File name too long' memwatch record -d 200ms -o "${file}f"
