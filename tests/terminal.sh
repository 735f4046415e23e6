# Helpers of the tests that need a terminal, which tmux plays, after lib.sh: . "$ROOT/tests/terminal.sh"
command -v tmux >/dev/null || skip "no tmux here"
export LANG=C.UTF-8 PS1='$ ' NO_COLOR=
unset LC_ALL LC_CTYPE

server=0

mux() {
	tmux -L "memwatch-$server" -f /dev/null "$@"
}

# start WIDTH HEIGHT COMMAND: in a new terminal; its settings before and after, and its status, go to files.
SETTINGS='stty -a | sed "s/rows.*columns [0-9]*//"'
start() {
	mux kill-server 2>/dev/null
	server=$((server + 1)) # a name of its own: the old one may still be going
	rm -f before after status
	mux new-session -d -x "$1" -y "$2" \
		"$SETTINGS >before; $3; echo \$? >status; $SETTINGS >after; exec sleep 1000"
	mux set-option -g status off
}

keys() {
	mux send-keys "$@"
}

picture() {
	mux capture-pane -p "$@"
}

shows() {
	picture | grep -qE -e "$1"
}

see_text() {
	wait_for 10 shows "$1" || fail "no '$1' on the screen: $(picture)"
}

see_no_text() {
	wait_for 10 hides "$1" || fail "'$1' stays on the screen: $(picture)"
}

hides() {
	! shows "$1"
}

# It has ended with this status, and the terminal is as it was.
see_end() {
	wait_for 10 test -s after || fail "it goes on: $(picture)"
	check_equal "exit status" "$1" "$(cat status)"
	cmp before after || fail "the terminal is not as it was: $(diff before after)"
}
