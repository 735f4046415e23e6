#!/bin/bash
# Which session a command means, and a program: that of its environment while that runs, else default, else the only one.
. "$ROOT/tests/session.sh"

start_session() { # NAME: its pid is in $watcher
	start_watcher --session "$1" --interval 50ms
}

start_watcher() { # [OPTION]...: where several run, status alone has none to talk to
	memwatchd --foreground "$@" 2>watcher.err &
	watcher=$!
	wait_for 10 memwatch status --session "$2" || fail "no watcher: $(cat watcher.err)"
}

session_meant() { memwatch status --json | jq -r .session; }

# --- none, one, several

refused 1 "session 'default': no watcher runs in it" memwatch status
check_equal "no session" "[]" "$(memwatch sessions --json)"
check_equal "no session" "" "$(memwatch sessions 2>none.err)"
check_match "no session" "^memwatch: no session runs; " "$(cat none.err)"
start_session web
web=$watcher
check_equal "the only one" web "$(session_meant)"
MEMWATCH_SESSION=gone check_equal "the only one, of the environment none that runs" web "$(session_meant)"
start_session worker
worker=$watcher
refused 2 "2 sessions run \((web, worker|worker, web)\): name one with --session" memwatch status
refused 2 "2 sessions run " memwatch event milestone
refused 2 "2 sessions run " memwatch stop
refused 2 "2 sessions run " memwatch --view text
MEMWATCH_SESSION=worker check_equal "that of the environment" worker "$(MEMWATCH_SESSION=worker session_meant)"
start_session default
check_equal "default" default "$(session_meant)"
check_equal "that of the environment before default" web "$(MEMWATCH_SESSION=web session_meant)"
check_equal "default where that of the environment is gone" default "$(MEMWATCH_SESSION=gone session_meant)"

# --- they are listed, in the order of their starts

sleep 1000 &
memwatch add --session web $! || fail "add --session"
check_equal "sessions" "web worker default" "$(memwatch sessions --json | jq -r '.[].session' | xargs)"
check_equal "their figures" "$web 0.05 1 0 true" \
	"$(memwatch sessions --json | jq -r '.[0] | "\(.watcher_pid) \(.interval) \(.processes) \(.ended) \(.answers)"')"
check_equal "what they follow" "sleep 1000" "$(memwatch sessions --json | jq -r '.[0].command')"
check_match "a row" "^web +$web +50.0 ms +1 +0:[0-9]{2} sleep 1000$" "$(memwatch sessions)"
kill -KILL $worker
wait $worker 2>/dev/null
check_equal "without one that was killed" "web default" "$(memwatch sessions --json | jq -r '.[].session' | xargs)"
memwatch stop && memwatch stop || fail "stop of default, then of the only one"
check_equal "after stop" "[]" "$(memwatch sessions --json)"

# --- a program that outlives its run: what it says later is found in default, and so is who begins to speak then

mkfifo one.fifo two.fifo
memwatch run --view json -- sh -c 'echo $MEMWATCH_SESSION >run.id
	emitter one <one.fifo >/dev/null 2>&1 & echo $! >one.pid
	emitter two <two.fifo >/dev/null 2>&1 & echo $! >two.pid
	until [ -e run.end ]; do sleep 0.05; done' >run.json 2>run.err &
run=$!
exec {one}>one.fifo {two}>two.fifo
echo "emit 3 0" >&$one
see run.json '.label == "3"'
: >run.end
ends "run" $run 0
over() { ! memwatch status --session "$(cat run.id)"; }
wait_for 10 over || fail "the session of the run goes on"
start_session default
plot default.json
echo "emit 2 0" >&$one
echo "emit 5 0" >&$two
see default.json ".label == \"5\" and .pid == $(cat one.pid)"
see default.json ".label == \"5\" and .pid == $(cat two.pid)"
check_equal "what the first said later" "$(printf '%s 4\n%s 5' "$(cat one.pid)" "$(cat one.pid)")" \
	"$(numbers default.json | grep "^$(cat one.pid) ")"
kill -KILL "$(cat one.pid)" "$(cat two.pid)"
memwatch stop || fail "stop"
