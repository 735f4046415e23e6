#!/bin/bash
# A recording takes no marks and says so; what is said goes by itself, also where nothing else moves on the screen.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

memwatch record -o session.mwdb --duration 300ms -- sleep 1 || fail "record"
start 80 24 "memwatch replay session.mwdb"
see_text 'END'
keys M
see_text 'a recording takes no marks'
see_no_text 'a recording takes no marks'
keys m
see_text 'a recording takes no marks'
keys q
see_end 0
