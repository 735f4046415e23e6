#!/bin/bash
# A recorded session in each view. What a person would see is compared with tests/golden/replay-NAME.txt; UPDATE=1 writes
# those anew, to be looked at before they are kept.
# Runs alone: it measures how long a long recording takes to load.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

GOLDEN=$ROOT/tests/golden
trap 'mux kill-server 2>/dev/null; kill -KILL $(jobs -p) 2>/dev/null' EXIT
cd "$TMPDIR" || exit 1
make_recording=$O/tests/make_recording
"$make_recording" short.mwdb || fail "make_recording"
"$make_recording" long.mwdb --long 1440000 4 || fail "make_recording --long"

is_golden() {
	picture >picture && cmp -s picture "$GOLDEN/replay-$1.txt"
}

# see NAME: wait until the screen is the golden one.
see() {
	if [ -n "${UPDATE:-}" ]; then
		sleep 1
		picture >"$GOLDEN/replay-$1.txt"
	fi
	wait_for 5 is_golden "$1" && return
	diff -u "$GOLDEN/replay-$1.txt" picture
	fail "the screen $1 is another"
}

# --- json: what an export has, from any moment on; text; their ends

for at in 0 0.0005 0.23 0.3 1.02 1.3 2; do
	memwatch replay short.mwdb --view json --at $at >shown 2>errors || fail "replay --at $at: $(cat errors)"
	rm -f whole.jsonl
	memwatch export short.mwdb --from $at -o whole.jsonl || fail "export --from $at"
	cmp shown whole.jsonl || fail "a replay at $at isn't what an export has: $(diff shown whole.jsonl | head)"
done
check_equal "lines" 0 "$(wc -l <errors)"
memwatch replay short.mwdb --title 'a title' >shown || fail "replay of text"
check_equal "title" "a title" "$(head -n 1 shown)"
check_match "text" '^     0\.150     4321  recorder .* 11\.0 MiB .*\* camera: recording started$' "$(cat shown)"
check_match "last line" '^     2\.000        -  total ' "$(tail -n 1 shown)"
memwatch replay short.mwdb --view json --at 99 >shown 2>errors || fail "replay --at 99"
check_equal "beyond the end" "memwatch: short.mwdb: ends 2 s after the session's start, before --at: begins at its end" \
	"$(cat errors)"
check_match "beyond the end" '"t":2.000000000,' "$(cat shown)"
memwatch replay short.mwdb --view ncurses </dev/null >shown 2>errors
check_equal "no terminal" 1 $?
check_match "no terminal" 'cannot use the terminal' "$(cat errors)"

# --- a closed pipe ends it quietly, at once and while it waits; a signal too

memwatch replay long.mwdb --view json 2>errors | head -n 1 >shown
check_equal "status into a closed pipe" "0 0" "${PIPESTATUS[*]}"
check_equal "said into a closed pipe" "" "$(cat errors)"
{ memwatch replay short.mwdb --view json --speed 0.001 2>errors; echo $? >status; } | head -n 1 >shown &
wait_for 5 test -s status || fail "a replay goes on though nobody reads it"
check_equal "status of a slow replay into a closed pipe" "0 " "$(cat status errors) "
check_match "slow replay" '"state":"begin"' "$(cat shown)"
setsid memwatch replay short.mwdb --speed 0.01 >shown 2>errors &
pid=$!
wait_for 5 grep -q 'process begins' shown || fail "what is printed of a slow replay isn't seen"
kill -TERM $pid
wait $pid
check_equal "status of a replay that is stopped" 143 $?

# --- its time is the session's

begin=$(date +%s%3N)
memwatch replay short.mwdb --at 1.5 --speed 2 >shown || fail "replay --speed 2"
passed=$(($(date +%s%3N) - begin))
[ $passed -ge 250 ] && [ $passed -lt 1500 ] || fail "half a second at twice the speed takes $passed ms"

# --- files that can't be replayed

bad() { # NAME MESSAGE
	memwatch replay "$1" >shown 2>errors
	check_equal "status of $1" 1 $?
	check_match "$1" "^memwatch: $1: $2" "$(cat errors)"
	check_equal "lines on $1" 1 "$(wc -l <errors)"
}
bad missing.mwdb '.*(no such file|No such file)'
echo 'TIME PID' >foreign.mwdb
bad foreign.mwdb '.*(is|not) '
cp short.mwdb newer.mwdb
printf '\0\0\0\143' | dd of=newer.mwdb bs=1 seek=60 conv=notrunc 2>/dev/null # PRAGMA user_version
bad newer.mwdb '.*in format 99; this memwatch .* reads format 1'
memwatch replay short.mwdb --speed 0 2>errors
check_equal "status of --speed 0" 2 $?

# --- the screen: each key

start 80 24 "memwatch replay short.mwdb --at 2"
see end
keys n # nothing comes after the end
see end
keys N
see last-event
keys N
see event-before
keys n
see last-event
keys g
see begin
keys n n
see third-event
keys Right Right Right
see right
keys Left Left Left
see third-event-tick
keys Escape
see_text '^ q quit'
keys Home - - - -
see zoomed
keys Right Right Right
see_text '^ 0:00\.300  22:13:20\.423456789  recorder 13312 KiB '
keys Down
see_text '^ 0:00\.300  22:13:20\.423456789  child 0 KiB '
keys Up End
see_text ' END$'
keys + + + + '?'
see help
keys '?'
see end

# --- it plays: from the cursor on, at the speed that is set, to the end

keys '<' '['
see_text ' 0\.2x  END$'
keys '>' ']' '>'
see_text ' 2x  END$'
keys g Space
see_text ' 2x  END$'
keys '<' '<' '<' '<' '<' '<' '<' '<' '<' '<'
see_text ' 0\.001x  END$'
keys g Space
see_no_text 'PAUSED|END'
see_text '0:00 / 0:02'
keys p
see_text 'PAUSED'
keys q
see_end 0

# --- a replay that stands still takes no time

start 80 24 "memwatch replay short.mwdb --at 2"
see end
pid=$(pgrep -x memwatch -P "$(mux display -p '#{pane_pid}')") || fail "no memwatch in the terminal"
switches() {
	awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$pid/status"
}
before=$(switches)
sleep 0.5 # five frames of what moves
check_equal "wake-ups of a replay that stands still" "$before" "$(switches)"
kill -TERM "$pid"
see_end 0

# --- small and plain terminals

start 40 10 "memwatch replay short.mwdb --at 2"
see small-end
keys N
see small-event
keys q
see_end 0
start 80 24 "LC_ALL=C memwatch replay short.mwdb --at 2"
keys N
see ascii
mux resize-window -x 3 -y 2
mux resize-window -x 80 -y 24
see ascii
keys q
see_end 0

# --- ten hours at 10 Hz: soon there, and keys answer at once

start 80 24 "memwatch replay long.mwdb --at 5h --speed 0.001"
see_text '5:00:00 / 9:59:59'
keys N
see_text '^ 4:59:55\.001  .*  worker 0 [0-9]+ KiB  1800: step: '
keys Right
memwatch export long.mwdb --from 17990 --to 18000 --pid 1000 -o long.jsonl || fail "export"
cursor=$(picture | sed -nE 's/^ 4:59:(5[0-9]\.[0-9]+) .*worker 0 ([0-9]+) KiB.*/\1 \2/p')
check_equal "the value at the cursor, in the middle of ten hours, at $cursor" "${cursor#* }" \
	"$(jq --arg second "${cursor% *}" -r 'select(.type == "sample" and .t == 17940 + ($second | tonumber)) | .rss / 1024' \
		long.jsonl)"
keys g G + + + + + + + + +
see_text '9:59:59 / 9:59:59 .* 1 d '
keys q
see_end 0

# --- what was recorded until the recorder was killed

grow 4000000 5 &
grow=$!
start_watcher --interval 50ms --output "$TMPDIR/killed.mwdb"
memwatch add $grow || fail "add"
memwatch event "before the kill" || fail "event"
replays() {
	memwatch replay killed.mwdb >shown 2>errors && grep -q 'before the kill' shown
}
wait_for 5 replays || fail "what is recorded so far can't be replayed: $(cat shown errors)"
kill -KILL $watcher
wait $watcher 2>/dev/null
replays || fail "what a killed recorder leaves can't be replayed: $(cat shown errors)"
