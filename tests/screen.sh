# Helpers of the tests of what keys and the mouse do in tests/screen.c, after lib.sh: . "$ROOT/tests/screen.sh"
. "$ROOT/tests/terminal.sh"

SCREEN=$(printf %q "$O/tests/screen") # for a shell
trap 'mux kill-server 2>/dev/null' EXIT
cd "$TMPDIR" || exit 1

# begin SCENE [ENVIRONMENT]: in a terminal of 80 x 24.
begin() {
	rm -f state
	start 80 24 "SCREEN_STATE=$PWD/state ${2:-} $SCREEN $1"
	is 'help=0'
}

text() {
	keys -l "$1"
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
