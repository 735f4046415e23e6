#!/bin/bash
# What clicks and the wheel do in the ncurses view, as terminals of several kinds tell of them.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/screen.sh"
look_for_no_leaks "ncurses loads a library for the mouse of the console, which keeps the name of its terminal"

# line PATTERN: of the screen, from 0: the first that has it. column_in LINE GLYPHS: where the first of them is in it, from 0.
line() {
	local found

	found=$(picture | grep -nE -m 1 -e "$1") || fail "no line with '$1': $(picture)"
	echo $((${found%%:*} - 1))
}

column_in() {
	local before

	before=$(picture | sed -n "$(($1 + 1))p")
	before=${before%%$2*}
	echo ${#before}
}

# stays_at X LINE GLYPHS: whether the first of them is in that column, or beside it.
stays_at() {
	local by

	by=$(($(column_in "$2" "$3") - $1))
	[ ${by#-} -le 1 ]
}

byte() {
	printf '%02x' $(($1 + 32))
}

# As TERM=screen's kmous says, ESC [ M and three bytes; as xterm-256color's, ESC [ < and numbers.
LEFT=0 UP=64 DOWN=65

press_x10() { # BUTTON X Y
	local place="$(byte $(($2 + 1))) $(byte $(($3 + 1)))"

	mux send-keys -H 1b 5b 4d "$(byte "$1")" $place
	[ "$1" = $LEFT ] && mux send-keys -H 1b 5b 4d "$(byte 3)" $place
}

press_sgr() {
	local place="$1;$(($2 + 1));$(($3 + 1))"

	text "$(printf '\033[<%sM' "$place")"
	[ "$1" = $LEFT ] && text "$(printf '\033[<%sm' "$place")"
}

try_mouse() { # PRESS
	local press=$1 x y

	$press $LEFT 4 "$(line ' preview  ')"
	is selected=2 cursor=-
	$press $LEFT 4 "$(line ' converter  ')"
	is selected=3
	$press $LEFT 20 "$(line '^7 .*battery low')"
	is cursor=50.000 selected=3
	keys Escape
	is cursor=-

	# in the chart: a label is its event's, else there is a time
	y=$(line '[│┤].*recordin')
	$press $LEFT "$(column_in "$y" recordin)" "$y"
	is cursor=5.000 selected=3
	y=$(line '└┴──')
	$press $LEFT "$(column_in "$y" ┴)" "$y"
	is 'cursor=0\.[0-9]00'
	y=$(($(line '[│┤] +[⡇⢸]') + 1))
	x=$(column_in "$y" '[⡇⢸]')
	$press $LEFT "$x" "$y"
	is 'cursor=3[23]\.[0-9]00' paused=59.950 window=60
	$press $UP "$x" "$y"
	is window=30 'cursor=3[23]\.[0-9]00'
	wait_for 5 stays_at "$x" "$y" '[⡇⢸]' || fail "what is pointed at leaves column $x: $(picture)"
	$press $DOWN "$x" "$y"
	is window=60
	keys Escape
	is cursor=-

	# the spike of one sample, in the sparkline of its row
	y=$(line ' preview  ')
	x=$(column_in "$y" █)
	$press $LEFT "$x" "$y"
	is 'cursor=3[1-4]\.[0-9]00' paused=59.950 selected=2
	$press $UP "$x" "$y"
	is window=30 'cursor=3[1-4]\..*'
	$press $DOWN "$x" "$y"
	is window=60
	keys Escape
	is paused=-

	# the newest column stays the newest, and so where there is no chart
	$press $UP 2 0
	is window=30 paused=-
	$press $DOWN 2 0
	is window=60 paused=-

	# in the list
	keys l
	$press $DOWN 5 5
	is cursor=42.000
	$press $UP 5 5
	is cursor=50.000
	$press $LEFT 9 "$(line '^1 .*recording started')"
	is cursor=5.000
	keys l Escape
	is list=0 cursor=-
	keys '?'
	is help=1
	$press $LEFT 4 "$(line ' preview  ')"
	is help=0

	# not while something is typed
	keys /
	is prompt=1:
	$press $LEFT 4 "$(line ' recorder  ')"
	keys x
	is filter=x selected=2
	keys Escape
	is filter=
}

for term in screen tmux-256color; do
	infocmp "$term" >/dev/null 2>&1 || continue
	begin recorder "TERM=$term"
	try_mouse press_x10
	finish
done
begin recorder TERM=xterm-256color
check_equal "mouse reports in SGR" 1 "$(mux display -p '#{mouse_sgr_flag}')"
try_mouse press_sgr
finish
begin recorder TERM=linux
keys Tab
is selected=2
finish

# --- what tells of the mouse and comes in part holds up nothing

try_part() { # BYTES...
	mux send-keys -H "$@"
	pgrep -x screen -g "$(mux display -p '#{pane_pid}')" | xargs kill -USR1
	see_text 'a second passed'
	sleep 0.6 # then the rest would not come any more
	keys p
	is 'paused=60\.[0-9]*' prompt=0: marks=0
	keys Escape
	is paused=-
	finish
}

begin recorder
try_part 1b 5b 4d 20
begin recorder "TERM=xterm-256color"
try_part 1b 5b 3c 30 3b 35
begin recorder "TERM=xterm-256color"
y=$(line ' preview  ')
mux send-keys -l "$(printf '\033[<0;5')" \; run-shell 'sleep 0.05' \; send-keys -l ";$((y + 1))M"
is selected=2 marks=0
finish

# --- the terminal has its mouse back, however the view ends

begin recorder
check_equal "the mouse" 1 "$(mux display -p '#{mouse_any_flag}')"
pgrep -x screen -g "$(mux display -p '#{pane_pid}')" | xargs kill -TERM
see_end 0
check_equal "the mouse after SIGTERM" 0 "$(mux display -p '#{mouse_any_flag}')"
begin recorder
pgrep -x screen -g "$(mux display -p '#{pane_pid}')" | xargs kill -KILL
mouse_is_back() {
	[ "$(mux display -p '#{mouse_any_flag}')" = 0 ]
}
wait_for 5 mouse_is_back || fail "the mouse is not given back after SIGKILL"
