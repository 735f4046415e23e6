#!/bin/bash
# The commands that talk to a running session, and who owns one.
. "$ROOT/tests/session.sh"

dir=$XDG_RUNTIME_DIR/memwatch/default

# --- with no watcher: one line, and how to get one

none="session 'default': no watcher runs in it; 'memwatch --pid PID' or memwatchd starts one"
for command in list 'list --json' 'add 1' 'drop 1' 'event x' 'event --pid 1 x' status 'status --json' stop; do
	refused 1 "$none" memwatch $command
done
refused 1 "session 'other': no watcher runs in it" memwatch list --session other
[ -e "$XDG_RUNTIME_DIR/memwatch" ] && fail "asking has left something behind"

# --- list, add, drop

start_watcher --interval 50ms
sleep 1000 &
one=$!
sleep 1001 &
two=$!
check_equal "an empty list" "    PID NAME                    RSS        MAX       PEAK  EVENTS    SINCE COMMAND" "$(memwatch list)"
check_equal "an empty list in JSON" 0 "$(memwatch list --json | jq length)"
memwatch add $one $two || fail "add"
memwatch add $one || fail "add again"
plot out.json
see out.json ".type == \"sample\" and .pid == $two"
check_match "list" "^ *$two sleep +[0-9.]+ [KM]iB +[0-9.]+ [KM]iB +[0-9.]+ [KM]iB +0 +0:[0-9]{2} sleep 1001$" "$(memwatch list | grep 1001)"
check_equal "lines of the list" 3 "$(memwatch list | wc -l)"
memwatch list --json | jq -e "length == 2 and (.[1] | .pid == $two and .name == \"sleep\" and .command == \"sleep 1001\" and
	.ppid == $$ and .rss > 0 and .max_rss >= .rss and .peak_rss >= .max_rss and .events == 0 and .dropped == 0 and
	.t >= 0 and .wall > 1700000000 and .ended == false)" >/dev/null || fail "list --json: $(memwatch list --json)"
memwatch drop $two || fail "drop"
see out.json ".type == \"process\" and .state == \"end\" and .pid == $two and .reason == \"dropped\""
kill -0 $two || fail "a dropped process was ended"
refused 1 "pid $two: is not followed in session 'default'" memwatch drop $two
check_equal "the list without it" "$one" "$(memwatch list --json | jq '.[].pid')"
check_equal "the list of all" "$one false live $two false dropped" \
	"$(memwatch list --all --json | jq -r '.[] | "\(.pid) \(.ended) \(.state)"' | xargs)"
check_match "who is dropped" "^ *$two sleep +dropped " "$(memwatch list --all)"
check_equal "the same for scripts" "$two dropped" "$(memwatch list --all --machine | awk '$3 != "live" { print $1, $3 }')"
refused 1 "pid $NO_PID: no such process" memwatch add $NO_PID
memwatch add $NO_PID $two 2>/dev/null
check_equal "status of add when one of two isn't there" 1 $?
wait_for 5 has out.json ".type == \"process\" and .state == \"begin\" and .pid == $two" || fail "the other one was not added"

# --- event

memwatch event "on the session" || fail "event"
memwatch event --pid $one $'on one\e[31m' || fail "event --pid"
memwatch event --pid $one,$two "on both" || fail "event --pid of two"
see out.json '.type == "event" and .pid == 0 and .name == "session" and .category == "" and .label == "on the session"'
see out.json ".type == \"event\" and .pid == $one and .label == \"on one\\u001b[31m\" and .rss > 0"
see out.json ".type == \"event\" and .pid == $one and .label == \"on both\""
see out.json ".type == \"event\" and .pid == $two and .label == \"on both\""
refused 1 "pid $NO_PID: is not followed" memwatch event --pid $NO_PID x
check_equal "events in the list" 2 "$(memwatch list --json | jq ".[] | select(.pid == $one).events")"

# --- status

check_equal "session" "default 0.05 $watcher" "$(memwatch status --json | jq -r '"\(.session) \(.interval) \(.watcher_pid)"')"
memwatch status --json | jq -e '.processes == 2 and .ended == 0 and .dropped_processes == 1 and .ticks > 0 and .missed >= 0 and .events >= 4 and
	.dropped == 0 and .gate_restarts == 0 and .bad_messages == 0 and .t > 0' >/dev/null || fail "status: $(memwatch status --json)"
plotters() {
	[ "$(status_of plotters)" = "$1" ]
}
wait_for 10 plotters 1 || fail "plotters: $(status_of plotters)"
check_match "status" "^session +default, watcher pid $watcher on " "$(memwatch status)"
check_match "status" "^running +0:[0-9]{2}, a sample each 50.0 ms$" "$(memwatch status)"
check_match "status" "^processes +2 followed, 0 ended, 1 dropped$" "$(memwatch status)"

# --- another interval is said to be no choice, in one line, and the session's stays

memwatch --view json -i 200ms -d 10ms >other.json 2>other.err || fail "another interval ends it"
check_equal "what is said of another interval" \
	"memwatch: session 'default' runs already with an interval of 50.0 ms, which stays" "$(cat other.err)"
memwatch --view json -i 50ms -d 10ms 2>other.err >other.json
check_equal "what is said of the same interval" "" "$(cat other.err)"

# --- one watcher a session

refused 1 "session 'default' has a watcher already \(pid $watcher\)" memwatchd --foreground
refused 1 "session 'default' has a watcher already \(pid $watcher\)" memwatchd
memwatchd --session other || fail "a second session"
other=$(status_of watcher_pid)
check_equal "sessions are apart" "0 2" "$(memwatch list --session other --json | jq length) $(memwatch list --json | jq length)"
memwatch stop --session other || fail "stop of the other"

# --- stop

memwatch stop || fail "stop"
ends "the watcher" $watcher 0
ends "its plotter" $plotter 0
check_equal "what the plotter says" "memwatch: session 'default': its watcher was stopped" "$(cat out.json.err)"
check_equal "sockets that are left" "" "$(find "$XDG_RUNTIME_DIR/memwatch" -type s)"
refused 1 "$none" memwatch stop

# --- what a killed watcher leaves is replaced, and nothing else

start_watcher
gate=$(pgrep -P $watcher)
plot killed.json --pid $one
see killed.json '.type == "sample"'
echo mine >"$dir/mine"
kill -KILL $watcher
ends "the plotter of a killed watcher" $plotter 1
check_equal "what the plotter says" "memwatch: session 'default': its watcher died" "$(cat killed.json.err)"
wait_for 5 gone $gate || fail "the gate outlives its core"
refused 1 "$none" memwatch status
[ -S "$dir/control.ipc" ] || fail "a killed watcher has removed its sockets"
start_watcher
memwatch add $one || fail "the second watcher does not work"
memwatch stop
ends "the second watcher" $watcher 0
check_equal "a foreign file" mine "$(cat "$dir/mine")"
echo precious >"$dir/events.ipc"
refused 1 "$dir: cannot open the sockets: a file of that name is in the way" memwatchd --foreground
check_equal "a file in a socket's place" precious "$(cat "$dir/events.ipc")"
refused 1 "$dir: cannot open the sockets: a file of that name is in the way" memwatchd
refused 1 "$dir: cannot open the sockets: a file of that name is in the way" memwatch --pid $one --view text
