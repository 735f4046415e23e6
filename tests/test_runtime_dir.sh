#!/bin/bash
# $XDG_RUNTIME_DIR that is another machine's, another user's, or can't be written: /tmp/memwatch-UID, for commands, the
# watcher and the library alike.
. "$ROOT/tests/session.sh"
look_for_no_leaks

nobody='setpriv --reuid=65533 --regid=65533 --clear-groups'
[ "$(id -u)" = 0 ] && $nobody true 2>/dev/null || skip "needs root, to be another user"
mine=/tmp/memwatch-65533
[ -e $mine ] && skip "$mine is there"
theirs=$(mktemp -d /tmp/mwt-user.XXXXXX)
at_exit() {
	kill -KILL $(jobs -p) 2>/dev/null
	rm -rf "$theirs" $mine
}
chmod 755 "$theirs"
mkdir "$theirs/bin"
cp "$O/memwatch" "$O/memwatchd" "$O/examples/hello" "$theirs/bin"
mkdir -m 700 "$theirs/root"
mkdir -m 755 "$theirs/open" "$theirs/taken"
chown 65533 "$theirs/taken"
mkdir -m 700 "$theirs/taken/memwatch"
install -d -m 500 -o 65533 "$theirs/unwritable"
install -d -m 700 -o 65533 "$theirs/out"
echo file >"$theirs/file"

# falls_back WHAT WHY: a run there works, says so once, and leaves nothing in the directory.
falls_back() {
	local before=$(ls -lR "$theirs/root" "$theirs/open" "$theirs/taken" "$theirs/unwritable")

	XDG_RUNTIME_DIR=$theirs/$1 $nobody "$theirs/bin/memwatch" record -i 50ms -o "$theirs/out/$1.mwdb" -- \
		"$theirs/bin/hello" >"$1.out" 2>"$1.err" || fail "$1: $(cat "$1.err")"
	check_equal "$1: what is said of it" "memwatch: XDG_RUNTIME_DIR is $theirs/$1: $2; using $mine" \
		"$(grep XDG_RUNTIME_DIR "$1.err")"
	check_equal "$1: milestones" 3 "$(sqlite3 "$theirs/out/$1.mwdb" "select count(*) from event where category = ''")"
	check_equal "$1: what is there" "$before" \
		"$(ls -lR "$theirs/root" "$theirs/open" "$theirs/taken" "$theirs/unwritable")"
}
falls_back no-such "no such directory" &
falls_back root "another user's" &
falls_back taken "another user's" &
falls_back file "no directory" &
falls_back unwritable "cannot be written" &
for job in $(jobs -p); do
	wait "$job" || exit 1
done

# Root in the user's environment, as with sudo: nothing is made in the user's directory.
install -d -m 700 -o 65533 "$theirs/sudo"
XDG_RUNTIME_DIR=$theirs/sudo memwatch run --view text --session sudo-test -- "$O/examples/hello" >run.out 2>run.err ||
	fail "as root: $(cat run.err)"
check_match "what is said to root" "another user's; using /tmp/memwatch-0" "$(cat run.err)"
check_equal "what root leaves there" "" "$(ls -A "$theirs/sudo")"
XDG_RUNTIME_DIR=$theirs/sudo "$O/examples/hello"
check_equal "what a program of root's leaves there" "" "$(ls -A "$theirs/sudo")"
rmdir /tmp/memwatch-0/default/rings /tmp/memwatch-0/default /tmp/memwatch-0 2>/dev/null

# Said once by each program, to whoever can do something about it.
XDG_RUNTIME_DIR=$theirs/no-such $nobody "$theirs/bin/memwatchd" --foreground 2>watcher.err &
watcher=$!
wait_for 5 eval 'XDG_RUNTIME_DIR=$theirs/no-such $nobody "$theirs/bin/memwatch" status' || fail "$(cat watcher.err)"
check_equal "what memwatchd says" "memwatchd: XDG_RUNTIME_DIR is $theirs/no-such: no such directory; using $mine" \
	"$(cat watcher.err)"
check_equal "what the library says" "" "$(XDG_RUNTIME_DIR=$theirs/no-such $nobody "$theirs/bin/hello" 2>&1)"
check_equal "the line of a program" hello "$(env -u XDG_RUNTIME_DIR $nobody "$theirs/bin/memwatch" list --all --json | jq -r '.[].name')"
kill $watcher
ends memwatchd $watcher 0

# A user namespace's root is this user outside.
if $nobody unshare -Ur true 2>/dev/null; then
	check_match "where root of a user namespace is" "no watcher runs" \
		"$(env -u XDG_RUNTIME_DIR $nobody unshare -Ur "$theirs/bin/memwatch" status 2>&1)"
	env -u XDG_RUNTIME_DIR $nobody unshare -Ur "$theirs/bin/hello"
	[ ! -e /tmp/memwatch-0/default/rings ] || fail "a program of a user namespace's root has made $(ls -d /tmp/memwatch-0)"
fi
