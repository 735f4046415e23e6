#!/bin/bash
# The ncurses view of a real session, as a person sees it: from start to end, in every size, and the terminal afterwards.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

grow 4000000 5 &
grow=$!
sleep 1000 &
sleeper=$!
command_pid() {
	pgrep -x memwatch -P "$(mux display -p '#{pane_pid}')"
}

# --- one command: the view, and a watcher of its own

start 80 24 "memwatch --pid $grow,$sleeper --all -i 50ms --window 10s"
see_text '^ memwatch  default  0:[0-9]{2}  every 50.0 ms  missed [0-9]+  dropped 0 .* 10 s$'
see_text "^▸ grow  *$grow .* [0-9.]+ MiB  *\\+[0-9.]+ MiB  *[0-9.]+ MiB$"
see_text "^  sleep  *$sleeper .* [0-9.]+ MiB"

# --- milestones: on the chart and in the list, with time, process, label and memory

memwatch event --pid $grow "half way" || fail "event"
memwatch event "for all" || fail "event"
see_text '[│┤].*(1 half way|half way 1)'
see_text '^[0-9]+  +0:[0-9]{2}\.[0-9]{3}  grow  +half way .* [0-9.]+ MiB$'
see_text '^[0-9]+  +0:[0-9]{2}\.[0-9]{3}  session  +for all'

# --- sizes

mux resize-window -x 20 -y 5
see_text '^▸gro'
check_equal "lines at 20x5" 5 "$(picture | wc -l)"
mux resize-window -x 2 -y 1
mux resize-window -x 20 -y 5
see_text '^▸gro'
mux resize-window -x 80 -y 24
see_text '^[0-9]+  +0:[0-9]{2}\.[0-9]{3}  grow  +half way'
see_text '[│┤].*(1 half way|half way 1)'

# --- keys: window, selection, help

keys +
see_text ' 30 s$'
keys -
see_text ' 10 s$'
keys Down
see_text '▸ sleep'
keys '?'
see_text 'window as at first'
keys '?'
see_no_text 'window as at first'

# --- a pause stops the display, and not the session

see_text "grow  *$grow .* (19|2[0-9])[0-9.]* MiB"
keys p
see_text 'PAUSED'
memwatch event --pid $grow "in the pause" || fail "event"
sleep 0.3 # frames that must not show it
shows 'in the pause' && fail "a paused display goes on"
keys p
see_text 'in the pause'
see_no_text 'PAUSED'

# --- a process ends: its line stays, with what became of it

kill -KILL $grow
see_text "grow  *$grow .* SIGKILL  *[0-9.]+ MiB$"
see_text '^[0-9]+  +0:[0-9]{2}\.[0-9]{3}  grow  +killed by SIGKILL, last [0-9.]+ MiB, peak [0-9.]+ MiB'
memwatch add $$ || fail "add"
see_text "test_tmux.sh|bash  *$$ "

# --- ^Z gives the terminal back, fg takes it again, with the session that went on meanwhile

keys q
see_end 0
wait_for 10 absent || fail "the private watcher goes on"
stty_is() {
	keys "$SETTINGS >$1" Enter
	wait_for 5 test -s "$1"
}
start 80 24 "bash --norc --noprofile -i"
keys "memwatch --pid $sleeper -i 50ms" Enter
see_text "^▸ sleep  *$sleeper "
memwatch event "before the stop"
see_text 'before the stop'
keys C-z
see_text 'Stopped'
stty_is stopped
cmp before stopped || fail "the terminal is not as it was while stopped: $(diff before stopped)"
memwatch event "while it was stopped" || fail "the session stopped with its view"
keys fg Enter
see_text 'while it was stopped'
see_text 'before the stop'
keys q
see_no_text '▸ sleep'
stty_is quit
cmp before quit || fail "the terminal is not as it was after q: $(diff before quit)"
wait_for 10 absent || fail "the private watcher goes on"

# --- every other end gives the terminal back too

for signal in TERM HUP INT QUIT; do
	start 80 24 "memwatch --pid $sleeper -i 50ms"
	see_text "^▸ sleep  *$sleeper "
	kill -$signal "$(command_pid)"
	see_end 0
done
start 80 24 "memwatch --pid $sleeper -i 50ms"
see_text "^▸ sleep  *$sleeper "
keys C-c
see_end 0
start 80 24 "memwatch --pid $sleeper -i 50ms --duration 1s"
see_text "^▸ sleep  *$sleeper "
see_end 0

# --- the watcher ends before the view

wait_for 10 absent || fail "the private watcher goes on"
start_watcher --interval 50ms
start 80 24 "memwatch --pid $sleeper"
see_text "^▸ sleep  *$sleeper "
memwatch stop
see_end 0
see_text "^memwatch: session 'default': its watcher was stopped$"
start_watcher --interval 50ms
start 80 24 "memwatch --pid $sleeper"
see_text "^▸ sleep  *$sleeper "
kill -KILL $watcher
see_end 1
see_text "^memwatch: session 'default': its watcher died$"

# --- TERM unset

start 80 24 "env -u TERM memwatch --pid $sleeper --view ncurses"
see_text '^memwatch: cannot use the terminal: TERM is not set; try --view text$'
see_end 1
check_equal "lines" 1 "$(picture | grep -c .)"
