#!/bin/bash
# memwatch wait, for scripts: what counts, what it prints, its exit statuses; and the lists that scripts read.
. "$ROOT/tests/session.sh"

# waits STATUS [OPTION]...: how it ends; its output is in wait.out, its message in wait.err.
waits() {
	local expected=$1 status

	shift
	timeout 20 memwatch wait "$@" >wait.out 2>wait.err
	status=$?
	check_equal "status of wait $* ($(cat wait.err))" "$expected" $status
}

# --- usage; no session

refused 2 "'wait' needs --event LABEL or --rss-above SIZE" memwatch wait
refused 2 "rss-above 'x': is no size of memory" memwatch wait --rss-above x
refused 2 "timeout 'soon': is no length of time" memwatch wait --event x --timeout soon
refused 1 "session 'default': no watcher runs in it" memwatch wait --event x --timeout 100ms
[ -e "$XDG_RUNTIME_DIR/memwatch" ] && fail "waiting has started something"

# a session that is being started is waited for

mkfifo go
memwatch wait --event ready --timeout 10s &
waiting=$!
memwatch run --view json -i 20ms -- sh -c 'memwatch event --pid $$ ready; read -r _ <go' >run.out &
run=$!
ends "wait" $waiting 0
echo >go
wait $run 2>/dev/null
wait_for 10 absent || fail "a private watcher goes on"

# --- events: those before count, but for --new; of any process, or one

start_watcher --interval 20ms
sleep 1000 &
one=$!
perl -e '$x = "x" x 40e6; sleep 1000' &
two=$!
memwatch add $one $two || fail "add"
memwatch event "the session's" && memwatch event --pid $one $'one\tof it' || fail "event"
waits 0 --event "the session's"
check_equal "its output" "" "$(cat wait.out wait.err)"
waits 0 --event $'one\tof it' --pid $one --json
check_equal "the event" "$one sleep one	of it" "$(jq -r '"\(.pid) \(.name) \(.label)"' wait.out)"
jq -e 'keys == ["category", "label", "name", "pid", "rss", "t", "wall"] and .rss > 0 and .t > 0 and .wall > 1700000000' wait.out \
	>/dev/null || fail "the event: $(cat wait.out)"
waits 0 --event $'one\tof it' -v
check_match "the event in words" "^[0-9]+\.[0-9]{3} sleep\[$one\] [0-9.]+ [KM]iB one\\\\tof it\$" "$(cat wait.out)"
waits 124 --event $'one\tof it' --pid $two --timeout 100ms
check_equal "what is said" "memwatch: event 'one\\tof it': has not come in time" "$(cat wait.err)"
waits 124 --event "the session's" --pid $one --timeout 100ms
waits 124 --event "the session's" --new --timeout 100ms
waits 124 --event "the session" --timeout 100ms
memwatch wait --event later --new --timeout 10s --json >later.json &
waiting=$!
plotters() { # a wait is no plotter that a private session goes on for, but subscribes as one
	[ "$(status_of plotters)" = "$1" ]
}
wait_for 10 plotters 1 || fail "wait does not listen"
memwatch event later
ends "wait" $waiting 0
check_equal "what came" later "$(jq -r .label later.json)"

# --- memory

waits 0 --rss-above 30M --json
check_equal "who has so much" "$two true" "$(jq -r '"\(.pid) \(.rss > 30 * 1048576)"' wait.out)"
waits 0 --rss-above 30M --new
waits 124 --rss-above 30M --pid $one --timeout 100ms
check_equal "what is said" "memwatch: memory above 30.0 MiB: has not come in time" "$(cat wait.err)"
grow 100000000 1 &
grower=$!
memwatch add $grower || fail "add"
waits 0 --rss-above 60M --pid $grower --timeout 10s --json
jq -e ".pid == $grower and .rss > 60 * 1048576 and .rss < 90 * 1048576" wait.out >/dev/null || fail "memory: $(cat wait.out)"
waits 0 --event none --rss-above 60M --pid $grower

# --- that will never come

waits 1 --event never --pid $NO_PID
check_equal "what is said" "memwatch: event 'never': no process is left that could bring it" "$(cat wait.err)"
kill $grower
waits 1 --event never --pid $grower
waits 0 --rss-above 60M --pid $grower
check_equal "the process is gone, what it had counts" "" "$(cat wait.err)"

# --- lists for scripts

memwatch add --as $'odd\tname\n' $two || fail "add --as"
memwatch list --machine >list.tsv || fail "list --machine"
check_equal "columns" "11 11" "$(awk -F '\t' '{ print NF }' list.tsv | xargs)"
check_equal "a line" "$one $$ live sleep true true true 1 0 true sleep 1000" "$(grep "^$one	" list.tsv | awk -F '\t' '{
	print $1, $2, $3, $4, ($5 > 0 ? "true" : $5), ($6 >= $5 ? "true" : $6), ($7 >= $6 ? "true" : $7), $8, $9,
		($10 > 0 ? "true" : $10), $11 }')"
check_equal "a name with control characters" 'odd\tname\n' "$(grep "^$two	" list.tsv | cut -f 4)"
check_equal "those that have ended" "$grower ended" "$(memwatch list --machine --all | cut -f 1,3 | grep ended | tr '\t' ' ')"
check_equal "the same in JSON" "$(cut -f 1,5 list.tsv | tr '\t' ' ')" "$(memwatch list --json | jq -r '.[] | "\(.pid) \(.rss)"')"

# --- the session ends; all processes end

memwatch wait --event never >ended.out 2>ended.err &
waiting=$!
wait_for 10 plotters 1 || fail "wait does not listen"
memwatch stop || fail "stop"
ends "wait" $waiting 1
check_equal "what is said" "memwatch: event 'never': the session has ended without it" "$(cat ended.err)"
kill $one $two
memwatch run --view json -i 20ms -- sleep 0.3 >/dev/null &
run=$!
waits 1 --event never --timeout 10s
ends "run" $run 0
wait_for 10 absent || fail "wait keeps a private watcher from ending"
