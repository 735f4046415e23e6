#!/bin/bash
# Several recordings of one session at once, each of its own processes.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"

# hold MIB [SECONDS]: a process of so much memory; its pid is in $held.
hold() {
	local name=held.$((++holds))

	perl -e '$x = "x" x ($ARGV[0] << 20); open F, ">$ARGV[1]"; close F; sleep 1000' "$1" $name &
	held=$!
	wait_for 10 test -e $name || fail "no process of $1 MiB"
}

both() { # A B: in the order of pids
	printf '%s\n' "$@" | sort -n | xargs
}

# --- recordings in one session: each of its own processes, with their past, and each ends with its command

recorded() { # FILE: its processes
	ask "$1" 'SELECT pid FROM process ORDER BY pid' | xargs
}


hold 20
a=$held
hold 40
b=$held
start_watcher --interval 50ms -o session.mwdb
memwatch add $a || fail "add"
memwatch event --pid $a "before" || fail "no event"
sleep 0.3
memwatch record -o a.mwdb --pid $a 2>a.err &
first=$!
memwatch record -o b.mwdb --pid $b 2>b.err &
second=$!
three() { [ "$(memwatch status --json | jq '[.recordings[] | select(.state == "goes on")] | length')" = 3 ]; }
wait_for 10 three || fail "three recordings: $(memwatch status --json)"
memwatch event --pid $a "to a" && memwatch event --pid $b "to b" && memwatch event "to all" || fail "no event"
refused 1 "session 'default' is recorded already, in .*/a\.mwdb" memwatch record -o a.mwdb --pid $b
sleep 0.3
kill $a
ends "the first" $first 0
whole a.mwdb
check_match "what is said of it" "^memwatch: recorded a\.mwdb: 0:[0-9]{2}, 1 process, " "$(tail -n 1 a.err)"
kill -INT $second
ends "the second" $second 0
whole b.mwdb
check_equal "the processes of one" $a "$(recorded a.mwdb)"
check_equal "the processes of the other" $b "$(recorded b.mwdb)"
check_equal "events of one" "before|to a|to all" "$(ask a.mwdb "SELECT label FROM event
	WHERE category = '' ORDER BY t_ns" | paste -sd '|')"
check_equal "events of the other" "to b|to all" "$(ask b.mwdb "SELECT label FROM event
	WHERE category = '' AND label != 'to a' ORDER BY t_ns" | paste -sd '|')"
check_equal "events of others" 0 "$(ask b.mwdb "SELECT count(*) FROM event WHERE label IN ('to a', 'before')")"
check_equal "lines of nobody" 0 "$(ask b.mwdb "SELECT count(*) FROM process WHERE name = '(unknown)'")"
check_equal "lost" 0 "$(ask b.mwdb "SELECT count(*) FROM gap WHERE reason = 'recorder behind'")"
check_match "the largest of the other" '^4[0-9]\.' "$(memwatch report --json b.mwdb |
	jq -r '.processes[0].max_rss / 1048576')"
whole_goes_on() { [ "$(memwatch status --json | jq -r '.recordings[0].state')" = "goes on" ]; }
whole_goes_on || fail "that of the session ended: $(memwatch status --json)"

# --- who records is killed: its recording ends, as a whole file, and the session goes on

memwatch record -o killed.mwdb --pid $b 2>/dev/null &
third=$!
one_more() { memwatch status --json | jq -e '.recordings | any(.state == "goes on" and (.path | endswith("killed.mwdb")))'; }
wait_for 10 one_more || fail "no third recording"
kill -KILL $third
wait $third 2>/dev/null
one_less() { memwatch status --json | jq -e '.recordings | any(.state == "ended" and (.path | endswith("killed.mwdb")))'; }
wait_for 10 one_less || fail "the recording of a killed command goes on: $(memwatch status --json)"
whole killed.mwdb
check_equal "its processes" $b "$(recorded killed.mwdb)"
memwatch stop || fail "stop"
whole session.mwdb
check_equal "the session's processes" "$(both $a $b)" "$(recorded session.mwdb)"
kill $b
