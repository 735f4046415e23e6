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

# leave_out WHAT: what this test doesn't do here, and why; it goes on.
leave_out() {
	echo "left out: $*"
}

# Whether what is tested was built with sanitizers, which take memory and time: with any, or with asan or tsan.
sanitized() {
	[ -n "${SANITIZER:-}" ] && [ "${1:-$SANITIZER}" = "$SANITIZER" ]
}

# What links what is tested. Unquoted, of course.
sanitizer_flags() {
	case ${SANITIZER:-} in
	asan) echo "-fsanitize=address,undefined" ;;
	tsan) echo "-fsanitize=thread" ;;
	esac
}

# make's setting, for what is made in a test beside it.
sanitizer_setting() {
	[ -z "${SANITIZER:-}" ] || echo "${SANITIZER^^}=1"
}

# Each program that is built with AddressSanitizer looks for leaks at its end from a process of its own, which is one of
# its family, and counted.
look_for_no_leaks() { # [WHY]
	sanitized asan || return 0
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	leave_out "leaks: ${1:-what looks for them is a process of the family that is counted here}"
}

# in_python COMMAND...: a Python, which loads what is tested. A sanitizer has to come before all else, and takes what
# Python keeps to its end for leaks.
in_python() {
	local runtime
	runtime=$(ldd "$O/memwatchd" | sed -nE 's/.* => (.*lib[at]san[^ ]*) .*/\1/p')
	env ${runtime:+LD_PRELOAD="$runtime"} ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" "$@"
}

# patience SECONDS: with a sanitizer four times as many.
patience() {
	echo $(($1 * $(sanitized && echo 4 || echo 1)))
}

# wait_for SECONDS COMMAND [ARG]...: until the command succeeds; 1 when it did not within these seconds' patience.
wait_for() {
	_end=$(($(date +%s%3N) + $(patience "$1") * 1000))
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

# What Open MPI wants to be told, and others don't know: more ranks than processors, by root too.
mpirun_options() {
	mpirun --version 2>&1 | grep -q 'Open MPI' || return 0
	echo --oversubscribe
	[ "$(id -u)" != 0 ] || echo --allow-run-as-root
}
