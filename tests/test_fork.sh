#!/bin/bash
# Programs that fork, also with threads, many and deep; that exec; that emit in signal handlers: none of their events is
# lost or counts twice, and each process has a line of its own, named after its parent's.
. "$ROOT/tests/session.sh"

EVENTS=${EVENTS:-300}
export TSAN_OPTIONS=${TSAN_OPTIONS:-}:die_after_fork=0 # forks with threads are what this is about

# all WHAT FORKS_ARGUMENT...: run it; each process that it reports has its events and its line.
all() {
	local what=$1

	shift
	forks "$@" >reported || fail "$what fails"
	awk '{ print $1, $3, $3 }' reported >expected
	wait_for 20 settled || fail "$what: not settled: $(memwatch list; ls -A "$XDG_RUNTIME_DIR/memwatch/default/rings")"
	past past.json
	check_numbers past.json expected
	check_equal "$what: lines" "$(awk -v name="$1" '{ print $1, name }' reported | sort)" \
		"$(memwatch list --all --json | jq -r '.[] | "\(.pid) \(.name)"' | sort)"
	# whose child it was can't be said of one that was gone before anybody looked
	check_equal "$what: other parents" "" "$(memwatch list --all --json | jq -r '.[] | "\(.pid) \(.ppid)"' |
		awk 'NR == FNR { parent[$1] = $2; next } $2 && parent[$1] != $2' reported -)"
	check_equal "$what: dropped" 0 "$(status_of dropped)"
}

# with a watcher of its own, so that what it has is what this one did
watched() {
	start_watcher --interval 50ms
	all "$@"
	memwatch stop
	ends "the watcher" $watcher 0
}

if sanitized tsan; then
	leave_out "grandchildren: ThreadSanitizer can't follow grandchildren of a program with threads: it ends them"
else
	watched "64 children and their children" tree 64 "$EVENTS"
	check_equal "processes" 129 "$(wc -l <reported)"
fi
watched "forks beside a thread" loop 30 "$((EVENTS * 10))"
watched "a signal handler" signals 5000

# --- exec: the events before and after are of one process; nothing of ours is passed on

start_watcher --interval 50ms
MEMWATCH_RING=256K forks exec "$EVENTS" >reported || fail "exec"
pid=$(awk '{ print $1 }' reported)
wait_for 10 settled || fail "exec: not settled"
past exec.json
check_equal "events before and after exec" "$(seq "$EVENTS"; seq "$EVENTS")" "$(numbers exec.json | awk '{ print $2 }')"
check_equal "the process" "$pid again" "$(memwatch list --all --json | jq -r '.[] | "\(.pid) \(.name)"')"
descriptors() { # FILE: what they are, but for the shell's own files
	awk 'NF > 10 { print $9, $11 }' "$1" | grep -v "$PWD"
}
sh -c 'ls -l /proc/$$/fd >without' >>reported
check_equal "descriptors of what is executed" "$(descriptors without)" "$(descriptors fds)"
grep rings maps && fail "the ring is passed on"
memwatch stop
ends "the watcher" $watcher 0

