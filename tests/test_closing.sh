#!/bin/bash
# The end of a run in a terminal: what is left on the plain screen, what `q` says, and the last screen where it is kept.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

# --- one process: how it ended, when, its peak and whether it grew; below what it printed

start 100 24 'memwatch run -i 20ms -- perl -e "print qq(printed\n); \$x = q(x) x 60e6; select undef, undef, undef, 0.5; exit 4"'
see_end 4
see_text '^printed$'
see_text '^memwatch: perl\[[0-9]+\] exited with status 4 after [0-9.]+ (m?s)$'
see_text '^memwatch: peak [0-9.]+ MiB(, sampled [0-9.]+ MiB)? at [0-9.]+ m?s$'
see_text '^memwatch: growth: too short to tell$'
check_equal "the order" "printed exited peak growth" \
	"$(picture | sed -nE 's/^printed$/printed/p; s/^memwatch: (peak|growth).*/\1/p; s/^memwatch: perl.*(exited).*/\1/p' | xargs)"

# --- a family: the peak of all together, and the largest of them, by its own name

mkfifo grown
start 100 24 'memwatch run -i 20ms --as job -- bash -c "perl -e \"\\\$x = q(x) x 60e6; open F, q(>grown); close F; select undef, undef, undef, 0.6\" & read -r _ <grown; sleep 0.4; kill -TERM \$\$"'
see_end 143
see_text '^memwatch: job\[[0-9]+\] killed by SIGTERM after [0-9.]+ m?s$'
see_text '^memwatch: peak [0-9]+ MiB(, sampled [0-9.]+ MiB)? together at [0-9.]+ m?s; the largest: perl\[[0-9]+\], [0-9]+ MiB$'

# --- where growth is a gate, that says it, once

start 100 24 'memwatch run -i 20ms --fail-on-growth 1M/min -- sleep 0.1'
see_end 1
see_text "^memwatch: --fail-on-growth cannot be judged: no process of sleep lived for 5 s"
see_no_text '^memwatch: growth: '

# --- q: what goes on, and how it is ended; its summary comes when it does end

mkfifo go
start 100 24 'memwatch run -i 20ms -- bash -c "read -r _ <go; exit 5"'
see_text '^▸ bash '
keys q
see_text '^memwatch: bash goes on as PID [0-9]+; \^C ends it$'
echo >go
see_end 5
see_text '^memwatch: bash\[[0-9]+\] exited with status 5 after '
start 100 24 'memwatch run -i 20ms -- sleep 1000'
see_text '^▸ sleep '
keys q
see_text '^memwatch: sleep goes on as PID '
keys C-c
see_end 130
see_text 'memwatch: sleep\[[0-9]+\] killed by SIGINT after '

# --- --stay: the last screen stands still until q

still() { # the window's right edge, and so all of the screen, is the same at another time
	local before

	before=$(picture)
	sleep 0.5
	[ "$before" = "$(picture)" ]
}
start 100 24 'memwatch run -i 20ms --stay -- sh -c "sleep 0.2; exit 6"'
see_text 'all of it has ended; q leaves'
see_text 'exited with status 6'
still || fail "the last screen goes on: $(picture)"
[ -e status ] && fail "it has left"
keys q
see_end 6
see_text '^memwatch: sh\[[0-9]+\] exited with status 6 after '
memwatch run --stay --view text -- true >/dev/null || fail "--stay of a view that is no screen"

# --- the same of a process that was named

sleep 1000 &
one=$!
start 100 24 "memwatch -i 20ms --pid $one"
see_text '^▸ sleep '
kill $one
see_text 'all of it has ended; q leaves'
still || fail "the window rolls on: $(picture)"
keys q
see_end 0
start 100 24 "memwatch -i 20ms"
see_text 'memwatch run -- COMMAND +start one'
keys q
see_end 0
wait_for 10 absent || fail "a private watcher goes on"

# --- the text view on a terminal has it as well, and none where its output goes elsewhere

start 100 24 'memwatch run --view text -i 20ms -- sh -c "exit 3"'
see_end 3
see_text '^memwatch: sh\[[0-9]+\] exited with status 3 after '
check_equal "with output to a file" "" "$(memwatch run --view text -- true 2>&1 >/dev/null)"
