#!/bin/bash
# Who comes late misses nothing: a plotter before the processes, processes before a second plotter, which sees the whole
# past at once. The watcher is private, and ends with the last of them.
. "$ROOT/tests/session.sh"

# --- a plotter first, which starts a watcher of its own

plot first.json --interval 50ms
wait_for 10 memwatch status || fail "the plotter has started no watcher: $(cat first.json.err)"
first=$plotter
watcher=$(status_of watcher_pid)
check_equal "interval" 0.05 "$(status_of interval)"

# --- then a process that knows nothing of it, and one that registers itself

sleep 1000 &
sleeper=$!
memwatch add $sleeper || fail "add"
see first.json ".type == \"process\" and .state == \"begin\" and .pid == $sleeper"
"$O/examples/hello" >hello.out 2>&1 &
hello=$!
see first.json ".type == \"process\" and .state == \"begin\" and .pid == $hello and .name == \"hello\""
see first.json ".type == \"event\" and .pid == $hello and .name == \"hello\" and .label == \"50 MB read\""
see first.json ".type == \"sample\" and .pid == $hello and .rss > 45000000"
memwatch event "meanwhile" || fail "event"
see first.json '.type == "event" and .pid == 0 and .label == "meanwhile"'
see first.json ".type == \"event\" and .pid == $hello and .label == \"done\""
see first.json ".type == \"process\" and .state == \"end\" and .pid == $hello"
wait $hello
check_equal "status of the instrumented program" 0 $?
check_equal "what the library prints" "" "$(cat hello.out)"
# where it comes in order: one that comes late is behind samples of after it
sanitized && leave_out "the memory at each milestone beside the last sample: a sanitizer's own grows in between"
sanitized || check_equal "the memory at each milestone is the last sample before it" "" "$(jq -nc "foreach (inputs | select(.pid == $hello)) as \$r
	({}; if \$r.type == \"sample\" then {last: \$r.rss, t: \$r.t} else {last, t, \$r} end;
	select(.r.type == \"event\" and .r.t >= .t and .r.rss != .last))" first.json)"
check_equal "milestones in order" "started 50 MB read done" \
	"$(get first.json ".type == \"event\" and .pid == $hello" .label | xargs)"
get first.json '.type == "sample"' .t | sort -cg || fail "samples are not in order of time"

# --- a second plotter: at once the past, the same in each byte

lines=$(wc -l <first.json)
timeout 20 memwatch --view json --duration 1ms >second.json || fail "the second plotter"
seen=$(wc -l <second.json)
[ "$seen" -ge "$lines" ] || fail "the second plotter sees $seen of $lines records"
first_has() {
	[ "$(wc -l <first.json)" -ge "$seen" ]
}
wait_for 10 first_has || fail "the first plotter is behind"
head -n "$seen" first.json | cmp - second.json || fail "they see different sessions"

# a short window shows its part of the past
timeout 20 memwatch --view json --duration 1ms --window 1s >window.json || fail "a plotter with a window"
has window.json '.label == "50 MB read"' && fail "a window of 1 s shows what is older"
has window.json '.type == "sample" and .name == "sleep"' || fail "a window of 1 s shows nothing"

# --- a plotter's death takes nothing with it

plot third.json
third=$plotter
see third.json ".type == \"sample\" and .pid == $sleeper"
kill -KILL $first
count=$(wc -l <third.json)
more() {
	[ "$(wc -l <third.json)" -gt $((count + 3)) ]
}
wait_for 10 more || fail "nothing more comes after another plotter's death"
check_equal "the watcher" "$watcher" "$(status_of watcher_pid)"
plotters() {
	[ "$(status_of plotters)" = "$1" ]
}
wait_for 10 plotters 1 || fail "the dead plotter is still counted"

# --- and the watcher ends with the last one

kill -TERM $third
ends "the third plotter" $third 0
wait_for 10 gone "$watcher" || fail "the private watcher goes on with nobody attached"
wait_for 10 absent || fail "its session goes on"
kill -0 $sleeper || fail "the watched process was ended"
check_equal "sockets that are left" "" "$(find "$XDG_RUNTIME_DIR/memwatch" -type s)"

# --- a program before its watcher: it is seen when one comes

"$O/examples/hello" &
hello=$!
wait_for 5 test -d "$XDG_RUNTIME_DIR/memwatch/default/rings"
plot after.json --interval 50ms
see after.json ".type == \"event\" and .pid == $hello and .label == \"started\""
see after.json ".type == \"event\" and .pid == $hello and .label == \"done\""
kill -TERM $plotter
ends "the last plotter" $plotter 0

# --- two that start a watcher at the same time share one

plot left.json --interval 50ms --pid $sleeper
left=$plotter
plot right.json --interval 50ms --pid $sleeper
see left.json '.type == "sample"'
see right.json '.type == "sample"'
wait_for 10 plotters 2 || fail "they have not met"
check_equal "what is said of that" "" "$(cat left.json.err right.json.err)"
kill $left $plotter
wait_for 10 absent || fail "the shared watcher goes on"

# --- the past is longer than what is kept: who is in it is known all the same

start_watcher --interval 50ms
mkfifo commands
emitter many <commands >many.out 2>&1 &
many=$!
exec 5>commands
printf '%s\n' "width 200" "emit 30000 15000" >&5
wait_for 20 grep -q '^30000 ' many.out || fail "not all is emitted: $(cat many.out)"
forgotten() {
	past many.json
	numbers many.json >numbers
	! grep -qxE '[0-9]+ 0+1' numbers
}
wait_for 30 forgotten || fail "the oldest are not forgotten"
check_equal "who emits" "$many" "$(awk '{ print $1 }' numbers | sort -u)"
grep -q "^{\"type\":\"sample\",.*\"pid\":$many," many.json || fail "it has no sample"
memwatch stop || fail "stop"
ends "the watcher" $watcher 0
