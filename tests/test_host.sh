#!/bin/bash
# Programs that are no easy hosts for a library, and the ways to link it: all their events arrive, nothing of theirs is
# touched, and valgrind has nothing to say.
. "$ROOT/tests/session.sh"

EVENTS=500

# --- what they do

start_watcher --interval 50ms
processes=5
if sanitized tsan; then
	leave_out "a host that forks beside nanomsg's threads: ThreadSanitizer ends its child, which starts a thread"
	processes=3
else
	host nanomsg $EVENTS >reported || fail "a host that uses nanomsg"
fi
host daemon $EVENTS >>reported || fail "a host that becomes a daemon"
wait_for 10 test -s daemon || fail "the daemon has lost a file of its own"
(sh -c 'echo $$ '$EVENTS' >&2; exec host closed '$EVENTS 2>>reported >out) || fail "a host without standard streams: $?"
awk '{ print $1, $2, $2 }' reported daemon >expected
check_equal "processes" $processes "$(wc -l <expected)"
wait_for 10 settled || fail "not settled: $(memwatch list)"
past hosts.json
check_numbers hosts.json expected

# --- how they link it

# runs WHAT COMMAND...: an emitter, whose events arrive.
runs() {
	local what=$1

	shift
	printf 'emit %d 0\nflush 5000\n' $EVENTS | "$@" >said 2>complaints || fail "$what: $(cat complaints)"
	check_equal "$what: flush" 0 "$(tail -n 1 said)"
	check_equal "$what: what it says" "" "$(grep -v '^==' complaints)"
	wait_for 10 settled || fail "$what: not settled"
	memwatch list --all --json | jq -e ".[-1] | .name == \"$what\" and .events == $EVENTS and .ended" >/dev/null ||
		fail "$what: $(memwatch list --all)"
}

if sanitized; then
	leave_out "programs without the sanitizer, and valgrind: neither goes with what is built with it"
else
	build() {
		${CC:-cc} -D_GNU_SOURCE -I"$ROOT" -o "$@" || fail "can't link $1"
	}
	build static "$ROOT/tests/emitter.c" "$O/libmemwatch.a" -lnanomsg -pthread
	build shared "$ROOT/tests/emitter.c" -L"$O" -lmemwatch -Wl,-rpath,"$O"
	runs static ./static static
	runs shared ./shared shared
fi
if sanitized; then
	:
elif command -v valgrind >/dev/null; then
	# the stack of a thread that still runs at the end is "possibly lost", and nothing is wrong with it
	runs checked valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
		--show-leak-kinds=definite --track-fds=no emitter checked
	check_equal "valgrind" "" "$(cat complaints)"
	# a child has no more of its parent's threads than their stacks, which valgrind takes for a leak
	valgrind -q --error-exitcode=9 --leak-check=no forks loop 3 100 >forked 2>complaints ||
		fail "valgrind on forks: $(cat complaints)"
	check_equal "valgrind on forks" "" "$(cat complaints)"
else
	echo "no valgrind here"
fi
memwatch stop
ends "the watcher" $watcher 0
