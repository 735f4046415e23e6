# Helpers of the tests of whole sessions, with real processes: . "$ROOT/tests/session.sh"
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH
unset MEMWATCH_SESSION

cd "$TMPDIR" || exit 1

at_exit() {
	kill -KILL $(jobs -p) 2>/dev/null
}
trap at_exit EXIT

# start_watcher [OPTION]...: a memwatchd in the background; its pid is in $watcher.
start_watcher() {
	memwatchd --foreground "$@" 2>watcher.err &
	watcher=$!
	wait_for 10 memwatch status || fail "no watcher: $(cat watcher.err)"
}

# plot FILE [OPTION]...: a plotter in the background that writes JSON Lines to FILE; its pid is in $plotter.
plot() {
	local file=$1

	shift
	memwatch --view json "$@" >"$file" 2>"$file.err" &
	plotter=$!
}

# has FILE FILTER: whether a record in it meets jq's filter. A line that is half written is none yet.
has() {
	jq -enR "[inputs | fromjson?] | any($2)" "$1" >/dev/null
}

# see FILE FILTER: wait until it has.
see() {
	wait_for 15 has "$1" "$2" || fail "no record with $2 in: $(tail -n 20 "$1"; cat "$1.err")"
}

# get FILE FILTER WHAT: of each record that meets the filter.
get() {
	jq -rR "fromjson? | select($2) | $3" "$1"
}

# status_of FIELD: of the running session.
status_of() {
	memwatch status --json | jq -r ".$1"
}

gone() { # PID: a zombie counts as gone
	! [ -d "/proc/$1" ] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"
}

absent() {
	! memwatch status
}

# ends WHAT PID EXPECTED_STATUS: a job of this shell ends, with this status.
ends() {
	wait_for 10 gone "$2" || fail "$1 goes on"
	wait "$2"
	check_equal "$1: exit status" "$3" $?
}

# refused STATUS PATTERN COMMAND [ARG]...: it fails with this status and one line, which a hint on usage may follow.
refused() {
	local expected=$1 pattern=$2 status

	shift 2
	timeout 20 "$@" >refused.out 2>refused.err </dev/null
	status=$?
	check_equal "$*: exit status ($(cat refused.err))" "$expected" "$status"
	check_equal "$*: standard output" "" "$(cat refused.out)"
	[ "$expected" = 2 ] && sed -i "2{/^Try '/d}" refused.err
	check_equal "$*: lines ($(cat refused.err))" 1 "$(wc -l <refused.err)"
	check_match "$*" "^memwatchd?: $pattern" "$(cat refused.err)"
}

NO_PID=2147483647 # beyond what a kernel gives

# --- numbered events: programs that emit labels 1, 2, 3 ...

# past FILE: all that the session still has, and had until now; what is on its way takes a moment.
past() {
	local until="the past until $EPOCHREALTIME"

	memwatch event "$until" || fail "no event can be sent"
	wait_for 30 past_until "$1" "$until" || fail "no past: $(tail -n 3 "$1")"
}

past_until() {
	memwatch --view json --window 1h --duration 1ms >"$1" && grep -qF "\"$2\"" "$1"
}

# numbers FILE: a line "PID NUMBER" for each numbered event in it.
numbers() {
	sed -nE 's/^\{"type":"event",.*"pid":([0-9]+),.*"label":"([0-9]+)",.*/\1 \2/p' "$1"
}

# check_numbers FILE EXPECTED: of each line "PID LEAST MOST" of the file EXPECTED, the events 1, 2, 3 ... of that pid, at
# least LEAST and at most MOST of them, are in FILE, once each; and none of another pid.
check_numbers() {
	local wrong

	wrong=$(numbers "$1" | awk '
		NR == FNR { least[$1] = $2; most[$1] = $3; next }
		!($1 in most) { print "pid " $1 " emits " $2; next }
		seen[$1, $2]++ { print "pid " $1 ": " $2 " twice"; next }
		{ count[$1]++; if ($2 > last[$1]) last[$1] = $2 }
		END {
			for (pid in most) {
				if (count[pid] != last[pid])
					print "pid " pid ": " count[pid] + 0 " events, the last is " last[pid]
				if (count[pid] + 0 < least[pid] || count[pid] > most[pid])
					print "pid " pid ": " count[pid] + 0 " events of " least[pid] " to " most[pid]
			}
		}' "$2" -)
	[ -z "$wrong" ] || fail "events lost or counted twice: $(head -n 20 <<<"$wrong")"
}

# settled: nothing that ever emitted lives or has left a ring.
settled() {
	[ -z "$(ls "$XDG_RUNTIME_DIR/memwatch/${MEMWATCH_SESSION:-default}/rings")" ] && [ "$(status_of processes)" = 0 ]
}
