#!/bin/bash
# On a terminal that ncurses can't use there is text, and a line that says why.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

sleep 1000 &
sleeper=$!
start_watcher --interval 50ms

# run COMMAND: on a terminal, to its end; what it leaves there goes to the file `screen`.
run() {
	start 100 24 "$1"
	see_end 0
	picture -S - >screen
}

explains() { # TERM MESSAGE
	run "env $1 memwatch --pid $sleeper --duration 200ms"
	check_equal "$1: first line" "memwatch: $2: showing text (--view text asks for it)" "$(head -n 1 screen)"
	check_match "$1: then" '^ +TIME +PID +NAME' "$(sed -n 2p screen)"
	check_match "$1: then" "^ +[0-9.]+ +$sleeper +sleep " "$(cat screen)"
}

explains '-u TERM' 'TERM is not set'
explains TERM= 'TERM is not set'
explains TERM=no-such 'TERM names no terminal that is known here'
explains TERM=dumb "TERM names one whose cursor can't move"

# --- of every command that shows a view

run "TERM=dumb memwatch run -- true"
check_equal "run" "memwatch: TERM names one whose cursor can't move: showing text (--view text asks for it)" \
	"$(head -n 1 screen)"
memwatch record -o session.mwdb -- true || fail "record"
run "TERM=dumb memwatch replay session.mwdb"
check_equal "replay" "memwatch: TERM names one whose cursor can't move: showing text (--view text asks for it)" \
	"$(head -n 1 screen)"

# --- not where text was asked for, nor where the output is no terminal

run "TERM=dumb memwatch --pid $sleeper --duration 200ms --view text"
grep 'showing text' screen && fail "it explains what was asked for"
run "TERM=dumb memwatch --pid $sleeper --duration 200ms | cat"
grep 'showing text' screen && fail "it explains what goes to a pipe"
true
