#!/bin/bash
# What is done where a limit is crossed: the person's own command, and the end of a command with all that it started.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) $(cat deaf kid 2>/dev/null) 2>/dev/null
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

# --- the person's command: what it is told, where its output goes; one at a time a process

cat >twice.pl <<'END'
$0 = "twice\e[1m";
sub pause { select undef, undef, undef, 0.15 }
for (1 .. 2) { my $x = "x" x 40e6; pause(); undef $x; pause(); } # perl keeps a buffer of 40 MB
END
status_of_run 3 -i 20ms --limit 60M \
	--on-limit 'echo "$MEMWATCH_PID $MEMWATCH_NAME $MEMWATCH_RSS $MEMWATCH_LIMIT $MEMWATCH_SESSION" >>told; cat >>input; echo out; echo err >&2' \
	-- perl twice.pl
check_equal "crossings, each after a fall" 2 "$(labels run.out | wc -l)"
pid=$(get run.out '.type == "process" and .state == "begin"' .pid)
check_equal "commands run" 2 "$(wc -l <told)"
check_match "what they are told" "^$pid (perl|twice\\\\x1b\\[1m) [0-9]{8} $((60 * MIB)) $pid$" "$(tail -n 1 told)"
check_equal "its input" "" "$(cat input)"
check_equal "its output" "err err out out" "$(grep -v '^memwatch: ' run.err | sort | xargs)"
jq -e . run.out >/dev/null || fail "its output spoils standard output: $(cat run.out)"

rm told
status_of_run 3 -i 20ms --limit 60M --on-limit 'echo >>told; until [ -e over ]; do sleep 0.05; done; exit 5' -- \
	sh -c 'perl twice.pl; touch over'
check_equal "crossings" 2 "$(labels run.out | wc -l)"
check_equal "commands run while one goes on" 1 "$(wc -l <told)"
check_match "one that fails" '^memwatch: --on-limit: its command failed, with exit status 5$' "$(cat run.err)"

# --- all that it started is ended: what takes SIGTERM by it, what doesn't by SIGKILL

cat >family.sh <<'END'
sleep 1000 &
echo $! >kid
bash -c 'trap "" TERM; echo $$ >deaf; while :; do sleep 0.1; done' &
until [ -s deaf ]; do sleep 0.02; done
x=$(head -c 60000000 /dev/zero | tr '\0' x)
wait
END
before=$(date +%s%3N)
status_of_run 3 -i 20ms --limit 50M --kill-on-limit -- bash family.sh
after=$(($(date +%s%3N) - before))
gone "$(cat kid)" || fail "a child was not ended"
gone "$(cat deaf)" || fail "a child that ignores SIGTERM was not killed"
[ $after -ge 5000 ] || fail "SIGKILL came after $after ms"
has run.out '.state == "end" and .reason == "ended by SIGTERM (limit)"' || fail "no end by SIGTERM: $(tail -n 3 run.out)"
has run.out ".pid == $(cat deaf) and .state == \"end\" and .reason == \"ended by SIGKILL (limit)\"" ||
	fail "no end by SIGKILL: $(tail -n 3 run.out)"
rm kid deaf
wait_for 10 absent || fail "a private watcher goes on"

# its output waits for the end of the ncurses view

start 100 30 "memwatch run -i 20ms --limit 30M --on-limit 'echo from the command' -- perl -e '\$x = \"x\" x 40e6; sleep 1'"
see_text 'limit 30.0 MiB crossed'
hides '^from the command' || fail "the command's output spoils the screen: $(picture)"
see_end 3
see_text '^from the command$'
see_text '^memwatch: perl\[[0-9]+\] crossed the limit of 30.0 MiB, with [0-9.]+ MiB: exit status 3$'
wait_for 10 absent || fail "a private watcher goes on"
