#!/bin/bash
# Whom to follow: descendants on request, a PID that is used twice, by name, command line, user, cgroup and unit.
. "$ROOT/tests/session.sh"

# named NAME SECONDS: a process of that name in the background
named() {
	[ -e "$1" ] || cp "$(command -v sleep)" "$1"
	"./$1" "$2" &
}

# --- --include-children: those who are there, those who come, those whose parent dies; a dropped one stays dropped

start_watcher --interval 50ms
mkfifo go
bash -c 'sleep 1000 & read -r _ <go; (sleep 1001 & echo $! >second; sleep 0.3); read -r _ <go; exit 0' &
root=$!
wait_for 10 pgrep -P $root -x sleep || fail "no child"
first=$(pgrep -P $root -x sleep)
plot root.json --pid $root
see root.json ".pid == $root and .type == \"sample\""
kill $plotter
memwatch list --json | jq -e "any(.pid == $first)" >/dev/null && fail "a child is followed that nobody asked for"
plot family.json --pid $root --include-children
see family.json ".pid == $first and .state == \"begin\" and .ppid == $root"
echo >go
wait_for 10 test -s second || fail "no second child"
second=$(cat second)
see family.json ".pid == $second and .state == \"begin\""
memwatch drop "$first"
see family.json ".pid == $first and .reason == \"dropped\""
echo >go
see family.json ".pid == $root and .state == \"end\""
sleep 0.3 # walks that would find them again
check_equal "lives of the dropped one" 1 "$(get family.json ".pid == $first and .state == \"begin\"" .pid | grep -c .)"
gone $plotter && fail "the view ends with the root, though its child lives"
kill "$second"
see family.json ".pid == $second and .signal == 15"
ends "the view, when nobody lives" $plotter 0
kill "$first"
memwatch stop
ends "the watcher" $watcher 0

# --- by name, also later; by command line; by user; what memwatch is itself is not meant

start_watcher --interval 50ms
named worker-a 1000
one=$!
plot names.json --name '^worker-[ab]$'
see names.json ".pid == $one and .name == \"worker-a\" and .state == \"begin\""
named worker-b 1000
two=$!
named worker-c 1000
three=$!
see names.json ".pid == $two and .name == \"worker-b\" and .type == \"sample\""
check_equal "the rules" "name ^worker-[ab]\$" "$(memwatch status --json | jq -r '.rules[]')"
check_match "the rules, as text" '^follows +name \^worker-\[ab\]\$$' "$(memwatch status)"
memwatch drop $one
see names.json ".pid == $one and .reason == \"dropped\""
# a gate of another session, before it has its name
cp "$(command -v sleep)" exe
(MEMWATCH_HELPER=gate exec -a memwatchd ./exe -- 1000) &
named_exe() { [ "$(cat /proc/$!/comm)" = exe ]; }
wait_for 5 named_exe || fail "no program is called exe"
plot full.json --full --name 'worker-c 1000|^([^ ]*/)?memwatchd? --'
see full.json ".pid == $three"
sleep 1.2 # one more look at all
check_equal "who is followed" "worker-b worker-c" "$(memwatch list --json | jq -r '.[].name' | sort | xargs)"
check_equal "ourselves" "" "$(memwatch list --all --json | jq -r '.[] | select(.name | test("memwatch")) | .name')"
kill $plotter
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1 && command -v setpriv >/dev/null; then
	setpriv --reuid nobody --clear-groups sleep 1000 &
	theirs=$!
	plot user.json --user nobody --name '^sleep$'
	see user.json ".pid == $theirs and .name == \"sleep\""
	check_equal "others' of that name" "$theirs" "$(memwatch list --json | jq -r '.[] | select(.name == "sleep") | .pid' | xargs)"
	kill $plotter $theirs
fi
memwatch stop
ends "the watcher" $watcher 0
kill $two $three

# --- what can't be had is said in one line

refused 2 "name '\\(': is no regular expression: " memwatch --name '('
refused 2 "user 'no such one': there is none of that name" memwatch --user 'no such one'
refused 1 "cgroup (no/such/one: there is none below|.*cgroup v2 is not mounted here)" memwatch --view text --cgroup no/such/one
refused 1 "unit '?no-such-unit'?: (has no cgroup|cgroup v2 is not mounted)" memwatch --view text --unit no-such-unit
if [ -d /sys/fs/cgroup/memory ]; then
	refused 1 "cgroup /sys/fs/cgroup/memory: .*can't be had" memwatch --view text --cgroup /sys/fs/cgroup/memory
fi
