#!/bin/bash
# memwatchd is told at its start whom to follow and how much memory that may have, as `memwatch record` is.
. "$ROOT/tests/session.sh"

sleep 3000 &
one=$!
sleep 3000.5 &
two=$!
sh -c 'sleep 4000; true' &
parent=$!
at_exit() {
	kill -KILL $(pgrep -P $parent) $(jobs -p) 2>/dev/null
}

lists() { # FILTER: whether the session's list meets it
	memwatch list --json | jq -e "$1"
}

begin() { # OPTION...: in the background, as a unit file of type forking has it
	memwatchd --interval 50ms "$@" || fail "memwatchd $*"
}

# --- PIDs, and their descendants

begin --pid $one,$two -C -p $parent
for pid in $one $two $parent; do
	lists "any(.pid == $pid)" >/dev/null || fail "$pid is not followed: $(memwatch list)"
done
wait_for 10 lists "any(.command == \"sleep 4000\")" || fail "no descendant: $(memwatch list)"
memwatch stop

# --- rules, in any order of the options; of those that start later, too

begin --full --as nap --name '^sleep 3000(\.5)?$' --include-children --user "$(id -u)"
check_equal "those found" "$(printf '%s\n' $one $two | sort)" "$(memwatch list --json | jq .[].pid | sort)"
sleep 3000 &
later=$!
wait_for 10 lists "any(.pid == $later)" || fail "one that came later is not found: $(memwatch list)"
check_equal "their names" '["nap"]' "$(memwatch list --json | jq -c 'map(.name) | unique')"
check_equal "rules" 1 "$(memwatch status --json | jq '.rules | length')"
memwatch stop

# --- a limit, and a duration: the recording ends whole, with the title

memwatchd --foreground --interval 20ms --name '^perl$' --limit 30M --limit-total 40M --duration 3s --title "by night" \
	-o night.mwdb 2>night.err &
watcher=$!
wait_for 10 memwatch status || fail "no watcher: $(cat night.err)"
perl -e '$x = "x" x 60e6; select undef, undef, undef, 1.5' &
ends "the watcher" $watcher 0
memwatch report night.mwdb --json >night.json || fail "report"
for text in 'limit 30.0 MiB crossed' 'total limit 40.0 MiB crossed'; do
	jq -e --arg text "$text" 'any(.events[]; .label | startswith($text))' night.json >/dev/null ||
		fail "no '$text': $(cat night.json)"
done
check_equal "its title" "by night" "$(jq -r .session.title night.json)"

# --- what can't be

refused 1 "pid $NO_PID: no such process" memwatchd --pid $NO_PID
refused 1 "pid $NO_PID: no such process" memwatchd --foreground --pid $NO_PID
begin --pid $NO_PID,$one 2>some.err
check_match "one of two" "pid $NO_PID: no such process" "$(cat some.err)"
memwatch stop
refused 2 "pid 'x': is no process id" memwatchd --pid 1,x
refused 2 "name '\[': is no regular expression" memwatchd --name '['
refused 2 "name '': is empty" memwatchd --name ''
refused 2 "--full: is about --name" memwatchd --full
refused 2 "user 'no-such-user': there is none" memwatchd --user no-such-user
refused 2 "unit 'a/b': is no name of a unit" memwatchd --unit a/b
refused 2 "limit '512': needs a unit; 512M\?" memwatchd --limit 512
refused 2 "limit-total 'x': is no size" memwatchd --limit-total x
refused 2 "duration '0': the shortest is 1ms" memwatchd --duration 0
refused 2 "unrecognized option '--limt': did you mean --limit\?" memwatchd --limt 5M
refused 2 "-o foo.svg: a recording is no .svg" memwatchd -o foo.svg
refused 1 ".*cgroup" memwatchd --cgroup /no/such/cgroup
[ -e foo.svg ] && fail "it was made"
wait_for 10 absent || fail "a watcher goes on"
