#!/bin/bash
# What each key does in the ncurses view, over the made-up sessions of tests/screen.c, which tells what is set.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/screen.sh"

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
# the total, which has the greatest number, comes before the first
keys Tab Tab
is selected=4294967295
keys Tab
is selected=1
keys BTab BTab
is selected=3
keys k
is selected=2
keys j j j
is selected=3
keys Up Up
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
text 'PREV'
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
keys /
text 12347
is filter=12347
keys C-w BSpace
is filter= prompt=0:
keys /
text 'é録'
is filter=é録
keys BSpace
is filter=é
keys C-a Left F3 PPage
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

# --- help in every size: whole in two columns or in one, else as much of it as there are lines

keys '?'
is help=1
all_help() {
	local key

	for key in 'q +quit' '\? h +this help' 'Esc +leave' '\^L +draw' 'space p +pause' '← → +cursor' ', \. +by 10' 'n N +next' \
		'g G +the begin' '\+ - +longer' 'w 0 +window' 'z 0 +axis' 't +since' 'y +another' '↑ ↓ k j +select' 'Tab +next' \
		'a +chart' 's S +sort' '/ +find' 'l +list' 'm +mark' 'M +mark' 'click +select' 'wheel +zoom' 'Shift-drag +your'; do
		shows "(^|│| ) ?$key" || return 1
	done
}
wait_for 5 all_help || fail "help lacks something: $(picture)"
shows '┌─ KEYS ─+┐$' || fail "no frame: $(picture)"
mux resize-window -x 41 -y 34
see_text '^┌─ KEYS ─+┐$'
wait_for 5 all_help || fail "help lacks something in one column: $(picture)"
mux resize-window -x 40 -y 25
see_text '^q +quit'
wait_for 5 all_help || fail "help lacks something without headings: $(picture)"
mux resize-window -x 24 -y 6
see_text '^q +quit'
see_text '^space p +pause; the s…'
hides 'n N' || fail "more than there is room for: $(picture)"
mux resize-window -x 3 -y 2
see_text '^q'
mux resize-window -x 80 -y 24
see_text '┌─ KEYS ─+┐$'
keys '?'
is help=0

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
text '録画 q'
is 'prompt=2:録画 q'
keys Enter
is prompt=0: marks=2
see_text '録画 q'
keys M Enter
see_text 'mark 3'
keys M
text 'no such'
keys Escape
is prompt=0:
keys M BSpace
is prompt=0: marks=3
see_no_text 'no such'

# --- a stop in the middle: what is set stays

finish
begin recorder
keys /
text rec
is filter=rec
pid=$(pgrep -x screen -g "$(mux display -p '#{pane_pid}')" || pgrep -nf "^$SCREEN recorder")
kill -TSTP "$pid"
stopped() {
	grep -q '^State:.T' "/proc/$pid/status"
}
wait_for 5 stopped || fail "it goes on after a stop"
check_equal "the mouse while stopped" 0 "$(mux display -p '#{mouse_any_flag}')"
kill -CONT "$pid"
text o
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
is marks=1 prompt=0:
keys '?'
see_text '< > +slower, faster'
hides 'mark now' || fail "marks are offered in a replay"
finish
