#!/bin/bash
# A file that is gone stops its recording, with one clear message in the views and in status; the session goes on, and
# what was committed is readable. What passes, a full disk or the lock of another program, it waits for.
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

# waits FILE WHY
waits() {
	memwatch status | grep -qE "^recording .*$(basename "$1"): goes on: $2,"
}

goes_on() {
	memwatch status | grep -qE '^recording .*: goes on, '
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

begin short.mwdb
: >short.mwdb
failed short.mwdb 'another program cut the file short: 0 bytes of [0-9]+'
end

# --- record, which has no view, says so at once

sleep 1000 &
one=$!
memwatch record -o silent.mwdb --pid $one 2>silent.err &
recorder=$!
see_recording "goes on"
rm silent.mwdb
wait_for 10 grep -q '^memwatch: recording to .*silent\.mwdb stopped: the file was moved or removed' silent.err ||
	fail "record says nothing: $(cat silent.err)"
kill -KILL $one
ends "record, whose recording failed" $recorder 1

# --- another program holds the file, for longer than a transaction ever waits; nothing is lost

begin held.mwdb 500
python3 - <<'END' &
import os, sqlite3, time
database = sqlite3.connect("held.mwdb", timeout=0, isolation_level=None)
while True:
    try:
        database.execute("BEGIN IMMEDIATE")
        break
    except sqlite3.OperationalError:
        time.sleep(0.001)
open("held", "w").close()
while os.path.exists("held"):
    time.sleep(0.05)
database.execute("COMMIT")
END
wait_for 15 test -e held || fail "nobody else gets the file"
wait_for 15 waits held.mwdb 'another program holds it' || fail "a file that is held: $(memwatch status)"
rm held
wait_for 15 goes_on || fail "a file that is held no more: $(memwatch status)"
end
whole held.mwdb
check_equal "lost" 0 "$(ask held.mwdb "SELECT count(*) FROM gap WHERE reason = 'recorder behind'")"
stored held.mwdb | awk '{ print $2 }' >numbers
check_equal "held.mwdb: events" "$(seq "$(wc -l <numbers)")" "$(cat numbers)"
check_equal "held.mwdb: a line" 0 "$(ask held.mwdb "SELECT count(*) FROM sample WHERE process NOT IN (SELECT id FROM process)")"

# --- no memory is to be shared: the log is the recorder's alone

mkdir alone.mwdb-shm
memwatch record -i 20ms -o alone.mwdb -- sh -c 'sleep 0.3' 2>alone.err || fail "without -shm: $(cat alone.err)"
check_match "without -shm" '^memwatch: recorded alone\.mwdb: ' "$(cat alone.err)"
rmdir alone.mwdb-shm
whole alone.mwdb
check_match "without -shm: samples" '^[1-9]' "$(ask alone.mwdb 'SELECT count(*) FROM sample')"

# and nothing of the trial is left, where the file system has no memory to share, as some in user space
refuse shared_mmap memwatchd --foreground --interval 20ms -o unshared.mwdb 2>watcher.err &
watcher=$!
wait_for 10 memwatch status || { wait $watcher; skip "no seccomp here: $(cat watcher.err)"; }
plot view.json
emitter busy < <(echo "emit 300 0") >/dev/null 2>&1 &
busy=$!
see view.json '.label == "300"'
end
whole unshared.mwdb
check_equal "without shared memory: events" "$(seq 300)" "$(stored unshared.mwdb | awk '{ print $2 }')"

# --- a full disk, and a read-only one; one that is written to can't be made read-only

mkdir small
if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=6m tmpfs small 2>/dev/null; then
	echo "not tried: a full disk, a read-only one: no right to mount"
	exit 0
fi
mounted=$PWD/small
dd if=/dev/zero of=small/ballast bs=64k count=80 2>/dev/null
begin small/full.mwdb 20000
wait_for 10 waits small/full.mwdb '[Nn]o space left on the disk' || fail "a full disk: $(memwatch status)"
see view.json '(.label // "") | test("^recording to .*full.mwdb waits: no space left on the disk; it goes on when that is over$")'
rm small/ballast
wait_for 10 goes_on || fail "a disk that is full no more: $(memwatch status)"
wait_for 10 waits small/full.mwdb '[Nn]o space left on the disk' || fail "a disk that is full again: $(memwatch status)"
end
readable small/full.mwdb

mount -o remount,ro small || fail "cannot make it read-only"
refused 1 '.*/small/new\.mwdb: .*[Rr]ead-only' memwatch record -o small/new.mwdb -d 200ms
