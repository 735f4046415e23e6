#!/bin/bash
# The gnuplot view as a person sees it: in a window of X, and in place in a terminal.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/terminal.sh"

command -v gnuplot >/dev/null || skip "gnuplot is not installed"
unset DISPLAY WAYLAND_DISPLAY

at_exit() {
	mux kill-server 2>/dev/null
	kill -KILL $(jobs -p) 2>/dev/null
}

gnuplots() { # of this test
	local pid
	for pid in $(pgrep -x 'gnuplot.*'); do
		gone "$pid" || grep -qzxsF "XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR" "/proc/$pid/environ" && echo "$pid"
	done
}

no_gnuplot() {
	[ -z "$(gnuplots)" ]
}

see_no_gnuplot() {
	wait_for 5 no_gnuplot || fail "$1: left behind: $(ps -o pid,stat,comm -p "$(gnuplots | xargs | tr ' ' ,)")"
}

grow 4000000 5 &
grow=$!
sleep 1000 &
sleeper=$!
start_watcher --interval 50ms
memwatch add $grow $sleeper || fail "add"

# --- a terminal: in place, in its size, and as it was afterwards

start 90 24 "echo before; memwatch --view gnuplot --window 10s --title 'all that grows'"
see_text '^ +all that grows *$'
see_text "grow \[$grow\] .*sleep \[$sleeper\]"
see_text '^ +0 [|+]'
see_text ' -2 s +now$'
memwatch event --pid $grow 'half `touch pwned` way' || fail "event"
see_text 'half `touch pwned` way'
for frame in 1 2 3; do
	picture | sed -n 1p | grep -q '^ *all that grows *$' || fail "it has scrolled: $(picture)"
	check_equal "titles on the screen" 1 "$(picture | grep -c 'all that grows')"
	check_equal "axes on the screen" 1 "$(picture | grep -c ' now$')"
	sleep 0.1
done
mux resize-window -x 60 -y 15
wide() {
	picture | sed -n 14p | grep -qE '^ {50,}.*now$|^.{52,58}now$'
}
wait_for 5 wide || fail "it doesn't take the terminal's new size: $(picture)"
check_equal "titles at 60 x 15" 1 "$(picture | grep -c 'all that grows')"
picture -S -100 | grep -q '^before' || fail "what was on the screen is lost: $(picture -S -100)"
keys x
keys q
see_end 0
picture | grep -q 'now$' || fail "the last picture is gone: $(picture)"
see_no_gnuplot "a terminal"

LANG=C start 80 24 "LANG=C memwatch --view gnuplot --term dumb --title 'größer'"
see_text '^ +gr[?][?]er'
pid=$(gnuplots)
kill -STOP "$pid"
sleep 0.3
keys C-c
see_end 0
see_no_gnuplot "a stopped one"

start 80 24 "memwatch --view gnuplot --window 10s"
see_text 'now$'
kill -KILL "$(gnuplots)"
see_end 1
see_text '^memwatch: gnuplot has ended, and the view with it: killed by signal 9$'

# --- a display, and a gnuplot without windows

mkdir few
cat >few/gnuplot <<END
#!/bin/sh
case "\$*" in *GPVAL_TERMINALS*) echo ' dumb svg '; exit ;; esac
exec $(command -v gnuplot) "\$@"
END
chmod +x few/gnuplot
start 80 24 "DISPLAY=:1 PATH=$(printf %q "$PWD/few:$PATH") memwatch --view gnuplot --window 10s"
see_text 'now$'
keys q
see_end 0
picture -S -100 -J | grep -q '^memwatch: this gnuplot has no windows (apt install gnuplot-qt' || fail "no word of it: $(picture -S -100)"
mux kill-server

# --- windows

gnuplot -e 'set print "-"; print GPVAL_TERMINALS' | grep -q ' x11 ' || skip "this gnuplot has no windows"
command -v Xvfb >/dev/null && command -v xdotool >/dev/null || skip "no Xvfb or no xdotool here"

Xvfb -displayfd 3 -screen 0 1000x700x24 -nolisten tcp -noreset >Xvfb.out 2>&1 3>display &
wait_for 10 test -s display || fail "no Xvfb: $(cat Xvfb.out)"
export DISPLAY=:$(cat display)

window() {
	xdotool search --name '^memwatch$' 2>/dev/null | head -n 1
}

has_window() {
	[ -n "$(window)" ]
}

# show [OPTION]...: a window; the view's pid is in $view
show() {
	memwatch --view gnuplot --window 10s "$@" >window.out 2>&1 &
	view=$!
	wait_for 10 has_window || fail "no window: $(cat window.out)"
}

show --term x11
xdotool windowclose "$(window)"
ends "a view whose window is closed" $view 0
check_equal "what it said" "" "$(cat window.out)"
check_equal "windows left" "" "$(window)"
see_no_gnuplot "a closed window"

show --term x11
kill -STOP $(gnuplots)
kill -KILL $view
wait_for 5 gone $view
kill -CONT $(pgrep -x gnuplot_x11) 2>/dev/null
see_no_gnuplot "a killed memwatch"

show --term x11
kill -KILL $(gnuplots)
ends "the view of a killed gnuplot" $view 1
check_match "what it said" '^memwatch: gnuplot has ended, and the view with it' "$(cat window.out)"
see_no_gnuplot "a killed gnuplot"

# --- a command goes on when its window is closed, and has the terminal meanwhile

memwatch run --session other -i 50ms --view gnuplot --term x11 -- sh -c 'echo out; sleep 1.5; exit 5' >run.out 2>run.err &
view=$!
wait_for 10 has_window || fail "no window: $(cat run.err)"
check_equal "what the command prints" out "$(cat run.out)"
xdotool windowclose "$(window)"
ends "a command whose window is closed" $view 5

DISPLAY=:99 memwatch --view gnuplot --term x11 >window.out 2>&1
check_equal "no display: exit status" 1 $?
check_match "no display" "^memwatch: gnuplot has ended, and the view with it: .*open display ':99'" "$(cat window.out)"
check_equal "files that texts made" "" "$(ls | grep pwned)"
exit 0
