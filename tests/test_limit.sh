#!/bin/bash
# Limits that a person asks for: the event where one is crossed and the exit status; and that everybody in the session,
# and a replay, knows of them.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

MIB=1048576

# labels FILE: of the events that tell of limits, with the pid: "PID LABEL".
labels() {
	get "$1" '.type == "event" and .category == "limit"' '"\(.pid) \(.label)"'
}

# status_of_run EXPECTED OPTIONS... -- COMMAND...
status_of_run() {
	local expected=$1 status

	shift
	timeout 20 memwatch run --view json "$@" >run.out 2>run.err
	status=$?
	check_equal "status of run $*: $(cat run.err)" "$expected" $status
}

# --- exit statuses: the child's where no limit is crossed, whatever it is; 3 and one line where one is

status_of_run 0 --limit 1G --limit-total 1G -- true
status_of_run 7 --limit 1G -- sh -c 'exit 7'
status_of_run 137 --limit 1G -- sh -c 'kill -KILL $$'
check_equal "what run says where no limit is crossed" "" "$(cat run.err)"
refused 127 "./none: cannot be run: No such file or directory" memwatch run --limit 1M --view json -- ./none
refused 126 "/: cannot be run: Permission denied" memwatch run --limit 1M --view json -- /

status_of_run 3 -i 20ms --limit 30M -- perl -e '$x = "x" x 40e6; select undef, undef, undef, 0.3; exit 7'
check_match "the line of run" '^memwatch: perl\[[0-9]+\] crossed the limit of 30\.0 MiB, with [0-9.]+ MiB: exit status 3$' "$(cat run.err)"
check_equal "lines of run" 1 "$(wc -l <run.err)"
check_match "the event" '^[0-9]+ limit 30\.0 MiB crossed( by its peak, [0-9.]+ MiB)?$' "$(labels run.out)"
has run.out ".type == \"event\" and .category == \"limit\" and .rss > 30 * $MIB" || fail "memory of the event: $(labels run.out)"
has run.out ".type == \"limit\" and .kind == \"asked\" and .name == \"perl\" and .limit == 30 * $MIB" || fail "no limit is told"

# a peak between two samples; and one of a process that is gone before it is looked at

status_of_run 3 -i 1min --limit 50M -- grow 300000000 1 --end
check_match "a crossing that no sample shows" '^[0-9]+ limit 50\.0 MiB crossed by its peak, [0-9.]+ MiB$' "$(labels run.out)"
status_of_run 3 -i 1min --limit 10M -- perl -e '$x = "x" x 30e6'

# together

status_of_run 3 -i 20ms --limit 1G --limit-total 30M -- grow 200000000 1 --end
check_match "the event" '^0 total limit 30\.0 MiB crossed( by the peak of one, [0-9.]+ MiB)?$' "$(labels run.out)"
check_match "the line of run" '^memwatch: all processes together crossed the limit of 30\.0 MiB, with [0-9.]+ MiB: exit status 3$' \
	"$(cat run.err)"

# --- usage

refused 2 "--on-limit: needs --limit or --limit-total" memwatch run --on-limit true -- true
refused 2 "--kill-on-limit: needs --limit or --limit-total" memwatch run --kill-on-limit -- true
refused 2 "--kill-on-limit: is no option of 'memwatch'" memwatch --kill-on-limit --limit 1M
refused 2 "limit-total 'much': is no size of memory" memwatch --limit-total much

# --- in a session: a process that is above is said to be at once; another view knows the limit; a program can't tell of one

start_watcher --interval 20ms
perl -e '$x = "x" x 40e6; sleep 1000' &
big=$!
sleep 1000 &
small=$!
above() { # PID BYTES
	[ $(($(awk '/^VmRSS/ { print $2 }' /proc/$1/status) * 1024)) -gt "$2" ]
}
wait_for 10 above $big 40000000 || fail "no memory"
memwatch add $big $small || fail "add"
plot asked.json --pid $big --limit 30M --limit-total 35M --on-limit 'echo $MEMWATCH_PID $MEMWATCH_NAME >>asked'
asker=$plotter
see asked.json '.type == "event" and .label == "limit 30.0 MiB crossed"'
see asked.json '.type == "event" and .pid == 0 and .label == "total limit 35.0 MiB crossed"'
said() {
	[ "$(sort asked | xargs)" = "0 total $big perl" ]
}
wait_for 5 said || fail "commands of a view: $(cat asked)"
memwatch event --pid $big "limit 30.0 MiB crossed" || fail "event"
plot other.json
see other.json ".type == \"limit\" and .kind == \"asked\" and .pid == $big and .limit == 30 * $MIB"
has other.json '.type == "limit" and .kind == "asked" and .pid == 0' && fail "the total of one is that of all"
see other.json '.label == "limit 30.0 MiB crossed" and .category == ""'
wait_for 5 said || fail "a program's words run the person's command: $(cat asked)"
kill $asker

# what a process with a limit has started is held to it too where that was asked for, and what is asked of all holds
# those that come later

sh -c 'sleep 1001 & echo $! >child; wait' &
parent=$!
wait_for 5 test -s child || fail "no child"
plot family.json -C --pid $parent --limit 1K
see family.json ".type == \"event\" and .pid == $(cat child) and .label == \"limit 1 KiB crossed\""
see other.json ".type == \"event\" and .pid == $(cat child) and .label == \"limit 1 KiB crossed\""
kill $plotter
memwatch drop $parent "$(cat child)" && kill "$(cat child)" || fail "drop"
start_later() {
	sleep 1002 &
	later=$!
	memwatch --view json --session all -i 20ms --duration 300ms --limit 2K >all.json &
	wait_for 5 memwatch add --session all $later || fail "add"
	wait $!
}
start_later
has all.json ".type == \"event\" and .pid == $later and .label == \"limit 2 KiB crossed\"" || fail "one that came later: $(cat all.json)"
kill $later

# recorded, and replayed without having been told

memwatch record -o session.mwdb --duration 300ms --pid $big,$small --limit 1K --limit-total 35M 2>/dev/null || fail "record"
memwatch replay --view json session.mwdb >replay.json || fail "replay"
has replay.json ".type == \"limit\" and .kind == \"asked\" and .pid == $small and .limit == 1024" || fail "no limit in the replay"
has replay.json ".type == \"event\" and .pid == $small and .label == \"limit 1 KiB crossed\"" || fail "no crossing in the replay"
has replay.json '.type == "limit" and .kind == "asked" and .pid == 0' || fail "no total limit in the replay"

# on the screen of a view that wasn't told, live and replayed

memwatch --view json --duration 50ms --pid $big --limit 41M >/dev/null || fail "another limit"
memwatch --view json --duration 50ms --limit-total 35M >/dev/null || fail "a limit of all"
start 100 30 "memwatch --session default"
see_text '^ *limit┤╌+'
see_text '^ *total┤╌+'
see_text 'over the limit 41.0 MiB'
keys q
see_end 0
kill $big $small
memwatch stop
