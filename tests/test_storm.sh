#!/bin/bash
# However the watcher fares, a program that emits is never held up, and its events are merged or counted as dropped:
# with the watcher stopped, with its gate killed again and again, with the watcher killed, and with none.
# STOPPED=10 and KILLS=100 for the long way; STRICT=1 on a machine that does nothing else.
. "$ROOT/tests/session.sh"

STOPPED=${STOPPED:-2}
KILLS=${KILLS:-12}

# start_emitter [VARIABLE=VALUE]...: ask it by `tell`.
start_emitter() {
	coproc EMITTER { exec env "$@" emitter storm; }
	emitter=$EMITTER_PID
	exec {answers}<&"${EMITTER[0]}"- {commands}>&"${EMITTER[1]}"-
}

# tell COMMAND: its answer is in $answer; of `emit`, in $emitted $dropped $slowest_ns $rss.
tell() {
	say "$1"
	hear
}

say() {
	echo "$1" >&$commands
}

hear() {
	read -r -t 60 answer <&$answers || fail "the emitter has ended"
	read -r emitted dropped slowest_ns rss <<<"$answer"
}

end_emitter() {
	exec {commands}>&- {answers}<&-
	wait "$emitter" || fail "the emitter fails"
}

# adds_up: all that was emitted was merged or dropped, by the watcher's word.
adds_up() {
	memwatch list --all --json | jq -e ".[] | select(.pid == $emitter) | .events + .dropped == $emitted and .dropped == $dropped"
}

stop_watcher() {
	memwatch stop
	ends "the watcher" $watcher 0
}

gate() {
	pgrep -P $watcher
}

# --- the watcher stopped

start_watcher --interval 100ms
start_emitter
tell "emit 1000 0"
tell "flush 5000"
check_equal "flush" 0 "$answer"
tell "emit 20000 0" # once around the ring
before=$rss
kill -STOP $watcher "$(gate)"
say "emit 5000000 0"
sleep "$STOPPED"
hear
sanitized && leave_out "the memory of the watcher: a sanitizer keeps what is freed"
sanitized || [ $((rss - before)) -lt 256 ] || fail "memory grows from $before KiB to $rss KiB"
[ "$dropped" -gt 4000000 ] || fail "$dropped events dropped of $emitted"
kill -CONT "$(gate)" $watcher
# a call may be held up by the machine, as by another program's turn, but by nothing of ours
[ "$slowest_ns" -lt 500000000 ] || fail "the slowest call took $slowest_ns ns"
echo "stopped: $emitted emitted, $dropped dropped, slowest call $((slowest_ns / 1000)) us, memory +$((rss - before)) KiB"
wait_for 10 adds_up || fail "$emitted emitted, $dropped dropped, $(memwatch list --all --json)"
past stopped.json
check_equal "gaps" "$dropped" "$(get stopped.json '.type == "gap" and .reason == "dropped events"' .count | paste -sd+ | jq -Rr 'split("+") | map(tonumber) | add')"
tell "emit 1000 10000"
wait_for 10 adds_up || fail "after it: $emitted emitted, $dropped dropped, $(memwatch status --json)"
end_emitter
stop_watcher

# --- the gate killed each 200 ms, under 100,000 events a second

A_KILL=20000 # events until the next one
sanitized && A_KILL=6000 && leave_out "two thirds of the events under a dying gate: a sanitizer is as much slower"
start_watcher --interval 10ms
start_emitter MEMWATCH_RING=32M
tell "emit 100 0"
say "emit $((KILLS * A_KILL)) $((A_KILL * 5))"
for ((kill = 0; kill < KILLS; kill++)); do
	sleep 0.2
	kill -KILL "$(gate)" 2>/dev/null
done
hear
check_equal "dropped under a dying gate" 0 "$dropped"
wait_for 10 adds_up || fail "a dying gate: $emitted emitted, $(memwatch status --json)"
end_emitter
wait_for 10 settled || fail "not settled"
past killed.json
echo "$emitter $emitted $emitted" >expected
if [ "$KILLS" -le 50 ]; then # what the session's memory holds
	check_numbers killed.json expected
fi
missed=$(status_of missed)
echo "dying gate: $emitted events, $(status_of gate_restarts) gates, $missed of $(status_of ticks) ticks missed"
[ -z "$STRICT" ] || check_equal "missed ticks" 0 "$missed"
stop_watcher

# --- the watcher killed, and another one started

start_watcher --interval 100ms
start_emitter MEMWATCH_RING=32M
tell "emit 1000 0"
plot first.json
see first.json '.label == "1000"'
say "emit 150000 50000"
sleep 1
kill -KILL $watcher
wait $watcher
kill $plotter
start_watcher --interval 100ms
hear
check_equal "dropped while a watcher was killed" 0 "$dropped"
end_emitter
wait_for 10 settled || fail "not settled"
past second.json
numbers first.json | awk '{ print $2 }' >first
numbers second.json | awk '{ print $2 }' >second
# Each has a run of them, none twice. What the first one had published it may not have had the time to mark.
for session in first second; do
	check_equal "twice in the $session session" "" "$(sort -n $session | uniq -d | head)"
	check_equal "missing in the $session session" "$(sort -n $session | sed -n '1p;$p' | xargs seq)" "$(sort -n $session)"
done
check_equal "lost" "" "$(seq "$emitted" | sort | comm -23 - <(sort first second))"
echo "killed watcher: $emitted emitted, $(wc -l <first) in the first session, $(wc -l <second) in the second," \
	"$(sort first second | uniq -d | wc -l) in both"
stop_watcher

# --- without a watcher: the newest are kept for the one that comes

start_emitter
tell "emit 1000000 0"
[ "$slowest_ns" -lt 500000000 ] || fail "the slowest call took $slowest_ns ns"
start_watcher --interval 100ms
wait_for 10 adds_up || fail "no watcher: $emitted emitted, $dropped dropped, $(memwatch list --all --json)"
past none.json
numbers none.json | awk '{ print $2 }' | sort -n >kept
check_equal "the newest" "$(seq $((dropped + 1)) "$emitted")" "$(cat kept)"
echo "no watcher: $emitted emitted, $dropped dropped, $(wc -l <kept) delivered"
end_emitter
stop_watcher
