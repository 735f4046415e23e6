#!/bin/bash
# Another user's process, whose PSS may not be read: one notice for it, and its other figures go on.
. "$ROOT/tests/session.sh"

if [ "$(id -u)" = 0 ]; then
	command -v setpriv >/dev/null || skip "no setpriv"
	mkdir other && chown 65534:65534 other && chmod 700 other && chmod 755 .
	as_other="setpriv --reuid=65534 --regid=65534 --clear-groups env XDG_RUNTIME_DIR=$PWD/other"
	$as_other sh -c '"$0" --version' "$O/memwatchd" >/dev/null 2>&1 || skip "another user can't run it"
	holder 10000000 0 0 0 >holder.out &
	target=$!
	wait_for 10 grep -q ready holder.out || fail "no holder"
else
	as_other=
	target=1
	[ -r /proc/1/status ] || skip "no other user's process is to be seen"
fi
! $as_other cat /proc/$target/smaps_rollup >/dev/null 2>&1 || skip "another user's smaps_rollup can be read here"

$as_other memwatch --view json --metrics pss,anon --metrics-interval 100ms --interval 100ms --duration 3s --pid $target \
	>live.json 2>live.json.err &
plotter=$!
see live.json ".type == \"metrics\" and .pid == $target and .anon > 0"
see live.json '.type == "event" and .pid == 0 and (.label | test("its PSS and USS can.t be read"))'
ends "the plotter" $plotter 0
check_equal "notices" 1 "$(grep -c "^.*its PSS and USS can't be read" live.json)"
check_match "a notice" "^pid $target \(.+\): its PSS and USS can't be read \(another user's process\?\); its other figures go on$" \
	"$(get live.json '.type == "event"' .label)"
check_equal "what was read of it" "" "$(get live.json '.pss != null' .pss)"
[ "$(get live.json '.type == "sample"' .rss | wc -l)" -gt 10 ] || fail "too few samples"
exit 0
