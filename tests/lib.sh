# Helpers of the shell tests: . "$ROOT/tests/lib.sh"
: "${ROOT:?run this with tests/run NAME}" "${O:?}" "${XDG_RUNTIME_DIR:?}"

PATH=$O:$PATH

# fail MESSAGE: say why, and end the test.
fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# skip REASON: end the test, which can't be run here.
skip() {
	echo "$*"
	exit 77
}

# wait_for SECONDS COMMAND [ARG]...: until the command succeeds; 1 when it did not in that time.
wait_for() {
	_end=$(($(date +%s%3N) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%3N)" -lt "$_end" ] || return 1
		sleep 0.02
	done
}

# check_equal WHAT EXPECTED GOT
check_equal() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# check_match WHAT PATTERN TEXT: an extended regular expression somewhere in the text.
check_match() {
	printf '%s\n' "$3" | grep -qE -e "$2" || fail "$1: expected /$2/, got '$3'"
}
