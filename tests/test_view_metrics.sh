#!/bin/bash
# The ncurses view of a session with other figures than the RSS: y goes from one to the next, each with its name, and what
# reading it costs.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"
sanitized && skip "figures of memory are checked, and sanitizers take memory of their own"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

holder 60000000 0 0 1 >holder.out &
holder=$!
wait_for 10 eval '[ "$(grep -c ready holder.out)" = 2 ]' || fail "no holder"
start 140 30 "memwatch --pid $holder -i 100ms --window 10s --metrics pss,swap --metrics-interval 200ms"
see_text 'NAME +PID .* RSS +CHANGE +PEAK$'
see_text "^ holder +\[$holder\]  RSS now 5[7-9]\.[0-9] MiB .* peak 5[7-9]\.[0-9] MiB"
see_text "^▸ holder +$holder .* 5[7-9]\.[0-9] MiB"
see_text '┤ ?RSS'
keys y
see_text 'NAME +PID .* PSS +CHANGE +MAX$'
see_text "^ holder +\[$holder\]  PSS now (28|29|3[01])\.[0-9] MiB .* max (28|29|3[01])\.[0-9] MiB  pss read [0-9.]+ [mu]s, [0-9.e-]+ % of its time"
see_text "^▸ holder +$holder .* (28|29|3[01])\.[0-9] MiB"
see_text '[┤│] ?PSS.*'
see_text '⣀|⠤|⠒|⠉' # it has a line
keys y
see_text 'NAME +PID .* SWAP +CHANGE +MAX$'
see_text "^▸ holder +$holder .* 0 B"
keys y
see_text 'NAME +PID .* RSS +CHANGE +PEAK$'
# its child ends, and all of it is its own
keys y
kill $(cat /proc/$holder/task/$holder/children)
see_text "^ holder +\[$holder\]  PSS now 5[7-9]\.[0-9] MiB  \+2[0-9]\.[0-9] MiB in 10 s"
keys q
see_end 0

# where nobody asked for any, there is nothing to go to
start 100 24 "memwatch --pid $holder -i 100ms"
see_text 'NAME +PID .* NOW +CHANGE +PEAK$'
keys y
keys t
see_text 'NAME +PID .* NOW +CHANGE +PEAK$'
keys q
see_end 0
exit 0
