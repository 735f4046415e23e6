#!/bin/bash
# Marks from the keyboard in a real session, also where its watcher doesn't answer.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -CONT $watcher 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

sleep 1000 &
sleeper=$!

# marked PID LABEL: whether the session has that event, once.
marked() {
	memwatch --view json --window 1h --duration 1ms >past &&
		grep '"type":"event"' past >marks &&
		jq -en --argjson pid "$1" --arg text "$2" \
			'[inputs | select(.pid == $pid and .label == $text)] | length == 1' marks
}

see_marked() {
	wait_for 5 marked "$1" "$2" || fail "no mark '$2' of $1: $(cat marks) on: $(picture)"
}

# --- of the session, until a process is selected; at once, or with a label

start_watcher --interval 50ms
start 80 24 "memwatch --pid $sleeper,$$ --window 10s"
see_text 'sleep'
keys m
see_text "mark 1"
see_marked 0 'mark 1'
keys Up Down M
keys -l '半分 "é"'
see_text '半分 "é"'
keys Enter
see_text 'sleep +半分 "é"'
see_marked $sleeper '半分 "é"'
keys M Enter
see_marked $sleeper 'mark 2'
keys Tab m
see_marked $$ 'mark 3'

# --- of now, also where the display stands in the past

keys g M
keys -l 'meanwhile'
keys Enter
see_text 'marked now, not where the display stands: meanwhile'
see_marked $$ 'meanwhile'
picture | sed '1,/EVENTS/d;$d' | grep 'meanwhile' && fail "it is shown in the past"
keys G
see_text '[a-z0-9]  meanwhile'

# --- of the session where the selected process has ended

keys Up
kill -KILL $sleeper
see_text 'SIGKILL'
keys m
see_marked 0 'mark 4'

# --- a watcher that stands still holds no key up for long, nor do many marks; it is asked again later

kill -STOP $watcher $(pgrep -P $watcher)
begin=$(date +%s%3N)
keys m m m m m '?'
see_text 'window as at first'
took=$(($(date +%s%3N) - begin))
see_text 'no mark: its watcher does not answer'
kill -CONT $watcher $(pgrep -P $watcher)
[ $took -lt 1500 ] || fail "a key after marks took $took ms"
keys '?'
for _ in {1..5}; do
	keys m
	wait_for 1 shows 'mark 1[0-9]' && break
done
see_text 'mark 1[0-9]'
keys q
see_end 0
