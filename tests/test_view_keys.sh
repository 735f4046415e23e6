#!/bin/bash
# What each key and the mouse do in the ncurses view, over the made-up sessions of tests/screen.c, which tells what is set.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/terminal.sh"

SCREEN=$O/tests/screen
trap 'mux kill-server 2>/dev/null' EXIT
cd "$TMPDIR" || exit 1

# begin SCENE [ENVIRONMENT]: in a terminal of 80 x 24.
begin() {
	rm -f state
	start 80 24 "SCREEN_STATE=$PWD/state ${2:-} $SCREEN $1"
	is 'help=0'
}

# has PATTERN...: whether each is among what is set.
has() {
	local pattern

	for pattern in "$@"; do
		grep -qE -e "(^| )$pattern( |$)" state || return 1
	done
}

is() {
	wait_for 5 has "$@" || fail "not '$*' but: $(cat state) on: $(picture)"
}

finish() {
	keys q
	see_end 0
}

# --- time: the window, the cursor, events

begin recorder
keys + +
is window=300
keys - = w
is window=60
keys - 0
is window=60 fitted=0
keys 0
is window=60 fitted=1
keys 0
is fitted=0
keys z
is fitted=1 window=60
keys + 0
is fitted=1 window=60
keys z t
is fitted=0 times=1
keys t t
is times=0
keys Left
is 'cursor=5[0-9]\.[0-9]00' paused=59.950
cursor=$(sed 's/.*cursor=\([0-9.]*\) .*/\1/' state)
keys , .
is "cursor=$cursor"
keys S-Left
is 'cursor=[34][0-9]\.[0-9]00'
keys S-Right
is "cursor=$cursor"
keys N
is cursor=50.000
keys N N n
is cursor=45.000
keys g
is cursor=0.000
keys Escape
is cursor=- paused=-
keys Home
is cursor=0.000
keys End
is cursor=- paused=-
keys space
is paused=59.950
keys p
is paused=-

# --- processes

keys Tab
is selected=2
keys Tab Tab
is selected=1
keys BTab
is selected=3
keys k
is selected=2
keys j j j
is selected=3
keys Up Up Up
is selected=1
keys a
is one=1
keys a
is one=0
for order in NOW CHANGE PEAK NAME PID ''; do
	keys s
	is "order=$order"
done
for order in PID NAME; do
	keys S
	is "order=$order"
done
keys s s

# --- a filter acts while it is typed; the keys are letters then

keys /
is prompt=1:
keys q p r
is prompt=1:qpr filter=qpr paused=-
keys C-u
is filter= prompt=1:
keys -l 'PREV'
is filter=PREV
see_no_text '12345|12347'
see_text '12346'
keys Enter
is filter=PREV prompt=0:
keys Tab
is selected=2
keys / BSpace BSpace
is filter=PR prompt=1:PR
keys Escape
is filter=PREV prompt=0:
keys Escape
is filter=
see_text '12345'
keys / -l 12347
is filter=12347
keys C-w BSpace
is filter= prompt=0:
keys / -l 'é録'
is filter=é録
keys BSpace
is filter=é
keys C-z Left F3 PPage
is filter=é cursor=-
keys Escape
is filter= prompt=0:

# --- help, and what Escape leaves: the last of what is open

keys '?'
is help=1
see_text 'q +quit'
keys h
is help=0
keys / r Enter l n '?'
is filter=r list=1 help=1
keys Escape
is help=0 list=1
keys Escape
is list=0 filter=r
keys g Escape
is filter= cursor=0.000
keys Escape
is cursor=- paused=-

# --- the list of events, the newest at its top

keys l
is list=1
keys Down
is cursor=50.000
keys Down j
is cursor=42.000
keys Up
is cursor=45.000
keys k k k
is cursor=50.000
keys End
is cursor=5.000
keys Down
is cursor=5.000
keys Home
is cursor=50.000
keys NPage
is cursor=5.000
keys PPage
is cursor=50.000
keys l G
is list=0 cursor=-

# --- marks

keys m m
is marks=2
see_text 'mark 1'
see_text 'mark 2'
keys M
is prompt=2:
keys -l '録画 q'
is 'prompt=2:録画 q'
keys Enter
is prompt=0: 'marks=2.'
see_text '録画 q'
keys M Enter
see_text 'mark 3'
keys M -l 'no such' Escape
is prompt=0:
keys M BSpace
is prompt=0: marks=3.
see_no_text 'no such'

# --- a stop in the middle: what is set stays

finish
begin recorder
keys / -l rec
is filter=rec
tell_stop() {
	kill -TSTP "$1" && kill -CONT "$1"
}
pid=$(pgrep -x screen -g "$(mux display -p '#{pane_pid}')" || pgrep -nf "^$SCREEN recorder")
kill -TSTP "$pid"
stopped() {
	grep -q '^State:.T' "/proc/$pid/status"
}
wait_for 5 stopped || fail "it goes on after a stop"
check_equal "the mouse while stopped" 0 "$(mux display -p '#{mouse_any_flag}')"
kill -CONT "$pid"
keys -l o
is filter=reco
keys Escape
is filter=
check_equal "the mouse after the stop" 1 "$(mux display -p '#{mouse_any_flag}')"
finish
check_equal "the mouse at the end" 0 "$(mux display -p '#{mouse_any_flag}')"

# --- a replay

begin replay
keys '>' ']'
is speed=5
keys '<' '['
is speed=1
keys N p
is paused=-
keys M
is marks=1. prompt=0:
keys '?'
see_text '< > +slower, faster'
hides 'mark now' || fail "marks are offered in a replay"
finish

# --- the mouse

# line TEXT: of the screen, from 0. column TEXT: where it begins in its line, from 0.
line() {
	picture | grep -nF -m 1 -- "$1" | sed 's/:.*//; s/$/-1/' | bc
}

column() {
	local before

	before=$(picture | grep -F -m 1 -- "$1")
	before=${before%%"$1"*}
	echo ${#before}
}

byte() {
	printf '%02x' $(($1 + 32))
}

# As TERM=screen's kmous says, ESC [ M and three bytes; as xterm-256color's, ESC [ < and numbers.
press_x10() { # BUTTON X Y
	mux send-keys -H 1b 5b 4d "$(byte "$1")" "$(byte $(($2 + 1)))" "$(byte $(($3 + 1)))"
}

press_sgr() {
	keys -l "$(printf '\033[<%d;%d;%dM' "$1" $(($2 + 1)) $(($3 + 1)))"
}

LEFT=0 UP=64 DOWN=65

try_mouse() { # PRESS
	local press=$1 x y

	$press $LEFT 4 "$(line ' preview ')"
	is selected=2 cursor=-
	$press $LEFT 4 "$(line ' converter ')"
	is selected=3
	x=$(column 'battery low')
	$press $LEFT "$x" "$(line 'battery low')"
	is cursor=50.000 selected=3
	keys Escape
	is cursor=-

	# the spike of one sample, in the sparkline of its row
	y=$(line ' preview ')
	x=$(picture | sed -n "$((y + 1))p")
	x=${x%%█*}
	$press $LEFT ${#x} "$y"
	is 'cursor=3[1-4]\.[0-9]00' paused=59.950 selected=2
	$press $UP ${#x} "$y"
	is window=30 'cursor=3[1-4]\..*'
	$press $DOWN ${#x} "$y"
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
	$press $LEFT 9 "$(line 'recording started')"
	is cursor=5.000
	keys l Escape
	is list=0 cursor=-
	keys '?'
	is help=1
	$press $LEFT 4 "$(line ' preview ')"
	is help=0

	# not while something is typed
	keys /
	is prompt=1:
	$press $LEFT 4 "$(line ' recorder ')"
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
