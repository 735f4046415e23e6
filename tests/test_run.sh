#!/bin/bash
# memwatch run: the command's exit status, signals, output and input are as without it.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

# --- exit statuses

status_of_run() { # EXPECTED COMMAND...
	local expected=$1

	shift
	timeout 20 memwatch run --view text -i 50ms -- "$@" >run.out 2>run.err
	check_equal "status of $*" "$expected" $?
}

status_of_run 0 true
status_of_run 7 sh -c 'exit 7'
status_of_run 137 sh -c 'kill -KILL $$'
status_of_run 143 sh -c 'kill -TERM $$'
check_equal "what run itself says" "" "$(cat run.err)"
refused 127 "./no-such-program: cannot be run: No such file or directory" memwatch run --view text -- ./no-such-program
refused 127 "no-such-program-in-path: cannot be run: No such file or directory" \
	memwatch run --view json -- no-such-program-in-path
echo 'not a program' >text && chmod 644 text
refused 126 "./text: cannot be run: Permission denied" memwatch run --view text -- ./text
refused 126 "/: cannot be run: Permission denied" memwatch run --view text -- /
wait_for 10 absent || fail "a private watcher goes on after its last command"

# --- a command that has just begun is that, and not what it was launched from

for try in {1..6}; do
	memwatch run --view json -- sleep 0.4 >short.json || fail "a short command"
	check_equal "its first record" "sleep sleep 0.4" "$(get short.json '.state == "begin"' '"\(.name) \(.command)"')"
	has short.json '.category == "process"' && fail "an exec of what had just begun: $(cat short.json)"
done

# --- standard output: with json it stays the view's; with text the child's lines are whole; input is the child's

memwatch run --view json -i 20ms -- sh -c 'echo to-output; echo to-error >&2; exec sleep 0.3' >json.out 2>json.err
check_equal "status" 0 $?
jq -e . json.out >/dev/null || fail "standard output is not JSON: $(cat json.out)"
check_equal "the command's output" "to-error to-output" "$(sort json.err | xargs)"
has json.out '.type == "process" and .state == "begin"' || fail "no begin: $(cat json.out)"
has json.out '.type == "sample" and .name == "sh"' || fail "no samples: $(cat json.out)"
has json.out '.state == "end" and .reason == "exited with status 0" and .exit_code == 0' || fail "no end: $(cat json.out)"
echo 'from a pipe' | memwatch run --view text -- sed 's/^/read: /' >text.out || fail "the input does not arrive"
grep -qx 'read: from a pipe' text.out || fail "the command's output is spoilt: $(cat text.out)"
check_match "the text view" "TIME +PID +NAME" "$(cat text.out)"
memwatch run --view json -- sh -c 'exit 7' >short.out
check_equal "a command shorter than a tick" 7 $?
has short.out '.state == "end" and .exit_code == 7' || fail "no end of a short command: $(cat short.out)"

# --- its peak is the kernel's, which no sample shows

memwatch run --view json -i 1s -- grow 1000000000 1 --end >peak.out || fail "grow"
jq -e 'select(.state == "end") | .peak_rss > 900000000 and .peak_rss < 1100000000 and .peak_rss >= .max_rss' peak.out >/dev/null ||
	fail "peak: $(cat peak.out)"

# --- signals that are sent to memwatch go to the command

memwatch run --view text -i 50ms -- bash -c 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.02; done' >term.out &
run=$!
wait_for 10 grep -q ready term.out || fail "the command does not run"
kill -TERM $run
ends "run" $run 5
grep -qx 'got it' term.out || fail "SIGTERM did not arrive"
memwatch run --view text -i 50ms -- sleep 1000 >/dev/null &
run=$!
wait_for 10 pgrep -P $run -x sleep || fail "the command does not run"
kill -HUP $run
ends "run" $run 129

# --- its reader goes away: the command goes on

memwatch run --view json -i 20ms -- sh -c 'sleep 0.5; echo done >finished; exit 3' 2>/dev/null | head -n 2 >/dev/null
check_equal "status of run without a reader" 3 "${PIPESTATUS[0]}"
check_equal "the command" "done" "$(cat finished)"

# --- in a terminal: what the command prints comes after the view

start 80 24 'memwatch run -i 50ms -- sh -c "echo line one; echo line two >&2; read -r _ <go; exit 4"'
mkfifo go
see_text '^▸ sh '
hides '^line one' || fail "the command's output spoils the screen: $(picture)"
echo >go
see_end 4
see_text '^line one$'
see_text '^line two$'
see_text '^memwatch: sh\[[0-9]+\] exited with status 4 after [0-9.]+ m?s$'
see_text '^memwatch: peak [0-9.]+ [KM]iB(, sampled [0-9.]+ [KM]iB)?( together)? at '

# ^C is the command's: it ends by it, and memwatch with its status

start 80 24 'memwatch run -i 50ms -- sleep 1000'
see_text '^▸ sleep '
keys C-c
see_end 130
see_text '^memwatch: sleep\[[0-9]+\] killed by SIGINT'

# one that takes ^C for itself goes on, and so does the view

start 80 24 'memwatch run -i 50ms -- bash -c "trap \"touch interrupted\" INT; while ! [ -e enough ]; do sleep 0.02; done; exit 6"'
see_text '^▸ bash '
keys C-c
wait_for 10 test -e interrupted || fail "^C does not reach the command"
see_text '^▸ bash '
touch enough
see_end 6

# q leaves the view; the command goes on, with the terminal, and memwatch waits for it

mkfifo go-on
start 80 24 'memwatch run -i 50ms -- bash -c "echo before; read -r _ <go-on; echo after; exit 9"'
see_text '^▸ bash '
keys q
see_no_text '▸ bash'
see_text '^before$'
[ -e status ] && fail "memwatch has left its command"
echo >go-on
see_end 9
see_text '^after$'
wait_for 10 absent || fail "a private watcher goes on"
