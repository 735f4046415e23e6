#!/bin/bash
# The ncurses view in a terminal that tmux plays, over the made-up sessions of tests/screen.c. What a person would see is
# compared with tests/golden/screen-NAME.txt; UPDATE=1 writes those anew, to be looked at before they are kept.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/terminal.sh"

SCREEN=$(printf %q "$O/tests/screen") # for a shell
GOLDEN=$ROOT/tests/golden
trap 'mux kill-server 2>/dev/null' EXIT

is_golden() {
	picture >picture && cmp -s picture "$GOLDEN/screen-$1.txt"
}

# see NAME: wait until the screen is the golden one.
see() {
	if [ -n "${UPDATE:-}" ]; then
		sleep 0.5
		picture >"$GOLDEN/screen-$1.txt"
	fi
	wait_for 5 is_golden "$1" && return
	diff -u "$GOLDEN/screen-$1.txt" picture
	fail "the screen $1 is another"
}

view_pid() {
	pgrep -x -t "$(mux display -p '#{pane_tty}' | sed 's|/dev/||')" screen
}

unguarded() {
	! pgrep -x -t "$(mux display -p '#{pane_tty}' | sed 's|/dev/||')" memwatch-guard
}

tell() { # SIGNAL
	kill -"$1" "$(view_pid)"
}

cd "$TMPDIR" || exit 1

# --- what it shows, in every size

start 80 24 "$SCREEN recorder"
see 80x24
mux resize-window -x 20 -y 5
see 20x5
mux resize-window -x 3 -y 2
see_text '^▸'
mux resize-window -x 1 -y 1
mux resize-window -x 120 -y 30
see 120x30
mux resize-window -x 500 -y 200
see_text '^ memwatch .* 60 s$'
check_equal "lines at 500x200" 200 "$(picture | wc -l)"
for size in 40:16 30:14 64:12 9:40 200:6; do
	mux resize-window -x "${size%:*}" -y "${size#*:}"
	see_text '▸'
done
mux resize-window -x 80 -y 24
see 80x24

# --- keys

keys '?'
see help
keys '?'
see 80x24
keys Down
see_text '▸ preview'
keys Down Down Down
see_text '▸ converter'
keys Up Up Up Up
see_text '▸ total'
keys Down
see 80x24
keys + +
see_text ' 5 min$'
keys - -
see 80x24
keys - -
see_text '^ .* 10 s$'
shows ' 12347 ' && fail "a process that ended before the window is shown"
keys + +
see 80x24

# --- a pause stops the display, not the session

keys p
see paused
tell USR1
tell USR1
keys -
see_text '30 s +PAUSED'
keys +
see behind
keys p
see_text '1:01 .* 60 s$'
see_text 'a second passed'

# --- one process or all, from 0 or fitted, sorted, filtered, the list alone, other times

keys q
see_end 0
start 80 24 "$SCREEN recorder"
see 80x24
keys a
see one
keys z
see fitted
keys a z s s
see_text 'CHANGE▾'
keys S S
see 80x24
keys / c o n v
see filter
keys Enter
see_text '^ memwatch .*/conv'
keys Escape
see 80x24
keys l
see list
keys l
see 80x24
keys t
see_text '00:00:15'
keys t
see_text ' -10 s  *now$'
keys t
see 80x24

# --- a cursor goes over the chart, and back to now

keys q
see_end 0
start 80 24 "$SCREEN recorder"
see 80x24
keys N
see_text '^ 0:50\.000  .*  recorder 40960 KiB  7: battery low$'
keys N N
see cursor
tell USR1
see_text 'PAUSED -1 s$'
keys n
see_text '6: exited with status 0'
keys Left Right Left
see_text 'CURSOR'
keys Escape
see_text '1:00 .* 60 s$'
see_no_text 'CURSOR'
keys g
see_text '^ 0:00\.000  .*  recorder 20480 KiB  1 in 5\.00 s: recording started$'
keys G
see_no_text 'CURSOR|PAUSED'

# --- the terminal is given back

tell USR2
see_text 'watcher gone, waiting'
tell USR2
keys q
see_end 0
start 80 24 "$SCREEN recorder"
see 80x24
tell TERM
see_end 0
start 80 24 "$SCREEN recorder"
see 80x24
tell HUP
see_end 0
start 80 24 "$SCREEN recorder"
see 80x24
keys C-c
see_end 0

# --- a guard gives it back where the view can't

# A sanitizer is not to report deaths that are meant.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0:handle_abort=0 TSAN_OPTIONS=${TSAN_OPTIONS:-}:handle_segv=0:handle_abort=0
for signal in KILL SEGV ABRT; do
	# a shell may look before the guard has: it is a moment late, as who looks after others is
	start 80 24 "ulimit -c 0; $SCREEN recorder; sleep 0.5"
	see 80x24
	tell $signal
	wait_for 5 test -s after || fail "the view goes on after SIG$signal"
	cmp before after || fail "SIG$signal spoils the terminal: $(diff before after)"
	check_equal "the screen after SIG$signal" "0 1 0" \
		"$(mux display -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag}')"
	wait_for 5 unguarded || fail "the guard goes on after SIG$signal"
done

# --- a stop and what follows

start 80 24 "bash --norc --noprofile -i"
keys "$SCREEN recorder" Enter
see 80x24
keys + p
see_text '2 min +PAUSED'
keys C-z
see_text 'Stopped'
keys clear Enter "$SETTINGS >stopped" Enter
wait_for 5 test -s stopped
cmp before stopped ||
	fail "the terminal is not as it was while stopped: $(diff before stopped)"
keys fg Enter
see_text '2 min +PAUSED'
keys p -
see 80x24
kill -STOP "$(view_pid)"
wait_for 5 shows 'Stopped'
keys 'printf "spoilt spoilt"' Enter fg Enter
see 80x24
keys C-l
see 80x24
keys q
see_text 'quit'

# --- many processes

start 80 24 "$SCREEN many"
see many
keys Down Down NPage NPage
see many-scrolled
mux resize-window -x 60 -y 8
see_text '▸ worker-15'
keys q
see_end 0

# --- gaps, open spans, a limit; one sample of 360,000

start 80 24 "$SCREEN growing 100"
see growing
keys q
see_end 0
start 80 24 "$SCREEN crowded"
see_text 'all is r'
keys q
see_end 0
start 80 24 "$SCREEN spike"
see spike
keys q
see_end 0

# --- what other programs say can't spoil the screen

start 80 24 "$SCREEN names"
see names
keys q
see_end 0
start 80 24 "$SCREEN empty"
see_text 'no process in this window'
keys Down p + '?' q
see_end 0

# --- other terminals

start 80 24 "LC_ALL=C $SCREEN recorder"
see ascii
keys q
see_end 0
start 80 24 "$SCREEN recorder 0 1"
see blocks
keys q
see_end 0
start 80 24 "$SCREEN recorder 0 2"
see ascii-glyphs
keys q
see_end 0
# colours of lines, of as many as the terminal has: 8, 16, 256
export TERMINFO=$PWD/terminfo TERMINFO_DIRS=/etc/terminfo:/lib/terminfo:/usr/share/terminfo
infocmp -x screen-256color | sed 's/^screen-256color|/screen-16|/; s/colors#0x100/colors#16/' >screen-16
tic -x -o "$TERMINFO" screen-16 || fail "tic"
for colours in screen:3[0-7] screen-16:3[0-7] "screen-256color:38;5;32"; do
	start 80 24 "TERM=${colours%%:*} $SCREEN recorder"
	see 80x24
	picture -e | grep -qE "$(printf '\033')\[([0-9]+;)*${colours#*:}m" ||
		fail "there is no colour: $(picture -e)"
done
start 80 24 "TERM=vt100 $SCREEN recorder"
see_text '▸ recorder'
picture -e | grep -qE "$(printf '\033')\[(3[0-8]|4[0-7]|9)" && fail "there is colour on a vt100"
start 80 24 "NO_COLOR=1 $SCREEN recorder"
see 80x24
picture -e | grep -qE "$(printf '\033')\\[(3[0-7]|4[0-7]|9)" && fail "there is colour with NO_COLOR"
start 80 24 "TERM=dumb $SCREEN"
see_text "^screen: cannot use the terminal: TERM names one whose cursor can't move; try"
see_end 1
start 80 24 "env -u TERM $SCREEN"
see_text '^screen: cannot use the terminal: TERM is not set; try --view text$'
see_end 1
start 80 24 "TERM=no-such $SCREEN"
see_text '^screen: cannot use the terminal: TERM names no terminal'
see_end 1
start 80 24 "$SCREEN </dev/null"
see_text '^screen: cannot use the terminal: standard input is not one'
see_end 1

# --- a terminal that goes away, for a program that ignores the hang-up

start 80 24 "trap '' HUP; exec $SCREEN recorder"
see 80x24
pid=$(mux display -p '#{pane_pid}')
mux kill-server
gone() {
	! kill -0 "$pid"
}
wait_for 5 gone || fail "it goes on without a terminal"
