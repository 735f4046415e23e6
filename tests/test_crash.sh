#!/bin/bash
# A program that dies at any moment, in any way, leaves all its events: each one whose call had returned is in the session,
# once. COUNT=1000 for more of them.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"

COUNT=${COUNT:-100}
cgroup=/sys/fs/cgroup/memory/memwatch-test-$$

at_exit() {
	kill -KILL $(jobs -p) 2>/dev/null
	[ -d "$cgroup" ] && rmdir "$cgroup"
}

# A sanitizer is not to report deaths that are meant.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0 TSAN_OPTIONS=${TSAN_OPTIONS:-}:handle_segv=0

# dies HOW RUNS EVENTS [CGROUP]: in a session of its own, which is recorded: it keeps fewer events for who comes late.
dies() {
	local how=$1

	start_watcher --interval 100ms -o "$how.mwdb"
	crash "$@" >returned || fail "crash $*"
	# An event may be whole when its call has not returned yet.
	awk '{ print $1, $2, $2 + 1 }' returned >expected
	wait_for 10 settled || fail "$how: not settled: $(memwatch status; memwatch list; ls -A "$XDG_RUNTIME_DIR/memwatch/default/rings")"
	check_equal "$how: events dropped" 0 "$(status_of dropped)"
	awk -v how="$how" '{ events += $2; some += $2 > 0 } END {
		print how ": " NR " programs, " some " of them emitted, " events " events returned" }' returned
	memwatch stop
	ends "the watcher" $watcher 0
	memwatch export "$how.mwdb" -o "$how.jsonl" || fail "$how: no export"
	check_numbers "$how.jsonl" expected
}

dies kill "$COUNT" 1500
dies segv "$COUNT" 1500
dies exit "$COUNT" 1500

few=$((COUNT / 20))
if mkdir "$cgroup" 2>/dev/null && echo 24M >"$cgroup/memory.limit_in_bytes"; then
	dies oom $few 0 "$cgroup"
	check_equal "OOM kills" $few "$(awk '$1 == "oom_kill" { print $2 }' "$cgroup/memory.oom_control")"
elif sanitized; then
	leave_out "death by lack of memory: a sanitizer can't live in a limited address space, and there is no memory cgroup"
else
	dies as $few 0
fi
