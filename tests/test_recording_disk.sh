#!/bin/bash
# A disk that fails a recording stops it, with one clear message in the views and in status; the session goes on, and
# what was committed is readable.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"

mounted=
unmount() {
	[ -z "$mounted" ] || umount -l "$mounted"
	at_exit
}
trap unmount EXIT

# begin FILE: a session that records a program that emits on and on, and a view of it.
begin() {
	start_watcher --interval 20ms -o "$1"
	plot view.json
	memwatch --view text --pid $$ >view.txt 2>/dev/null &
	emitter busy < <(echo "emit 1000000 ${2:-2000}") >/dev/null 2>&1 &
	busy=$!
	wait_for 10 grown "$1" || fail "nothing is recorded"
}

grown() {
	[ "$(ask "$1" 'SELECT count(*) FROM event')" -gt 100 ]
}

# failed FILE WHY: said once, in the same words, wherever one looks; the session goes on; a new recording may begin.
failed() {
	local notice="recording to .*$(basename "$1") stopped: $2; what was recorded before is kept" ticks

	see_recording failed
	see view.json '(.label // "") | startswith("recording to")'
	check_match "the view" "$notice" "$(get view.json '(.label // "") | startswith("recording to")' .label)"
	wait_for 10 grep -qE "$notice" view.txt || fail "the text view says nothing: $(tail -n 3 view.txt)"
	check_match "status" "^recording .*$(basename "$1"): failed: $2," "$(memwatch status)"
	ticks=$(status_of ticks)
	wait_for 10 more_ticks "$ticks" || fail "the session does not go on"
	check_equal "messages" 1 "$(get view.json '(.label // "") | startswith("recording to")' 1 | wc -l)"
}

more_ticks() {
	[ "$(status_of ticks)" -gt "$1" ]
}

end() {
	kill -KILL $busy
	wait $busy 2>/dev/null
	memwatch stop || fail "stop fails"
	ends "the watcher" $watcher 0
}

# readable FILE: all that was committed, without a hole in it.
readable() {
	check_equal "$1: integrity" ok "$(ask "$1" 'PRAGMA integrity_check')"
	stored "$1" | awk '{ print $2 }' >numbers
	check_match "$1: events" '^[1-9][0-9]{2}' "$(wc -l <numbers)"
	check_equal "$1: events" "$(seq "$(wc -l <numbers)")" "$(cat numbers)"
}

# --- moved, removed, and a directory in its place

begin moved.mwdb
mv moved.mwdb elsewhere.mwdb
failed moved.mwdb 'the file was moved or removed'
readable elsewhere.mwdb
memwatch record -o after.mwdb -d 200ms 2>after.err || fail "no recording after it: $(cat after.err)"
whole after.mwdb
end

begin removed.mwdb
rm removed.mwdb
failed removed.mwdb 'the file was moved or removed'
end

begin replaced.mwdb
rm replaced.mwdb
mkdir replaced.mwdb
failed replaced.mwdb 'the file was moved or removed'
end

# --- a full disk, and a read-only one; one that is written to can't be made read-only

mkdir small
if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=1m tmpfs small 2>/dev/null; then
	echo "not tried: a full disk, a read-only one: no right to mount"
	exit 0
fi
mounted=$PWD/small
begin small/full.mwdb 20000
failed small/full.mwdb '(the disk is full|.*[Nn]o space.*)'
readable small/full.mwdb
end

mount -o remount,ro small || fail "cannot make it read-only"
refused 1 '.*/small/new\.mwdb: .*[Rr]ead-only' memwatch record -o small/new.mwdb -d 200ms
