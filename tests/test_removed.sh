#!/bin/bash
# The session's directory removed while it runs, as a logout does and what tidies up /tmp: it is made again, who is attached
# stays so, and a recording ends whole.
. "$ROOT/tests/session.sh"

base=$XDG_RUNTIME_DIR/memwatch
sleep 60 &
target=$!
start_watcher --interval 50ms
plot view.json
mkfifo commands
emitter talker <commands >talked.out & exec 5>commands
echo "emit 1 0" >&5
see view.json '.name == "talker" and .label == "1"'
memwatch record -o r.mwdb --pid $target 2>record.err &
recorder=$!
wait_for 5 eval 'grep -q "recording to" record.err'
wait_for 5 eval '[ "$(status_of processes)" = 2 ]'

# made_again: within a second and a bit, with all in it.
made_again() {
	wait_for 3 memwatch status || fail "$1: the session is not found again: $(cat watcher.err)"
	wait_for 2 eval '[ "$(ls "$base/default" | xargs)" = "control.ipc events.ipc lock rings stream.ipc who.ipc" ]' ||
		fail "$1: made again: $(ls "$base/default")"
}
rm -r "$base/default"
made_again "the session's directory"
check_match "what is said of it" "$base/default: was removed; $base/default is made again" "$(cat watcher.err)"
echo "emit 2 0" >&5
see view.json '.name == "talker" and .label == "3"'
rm -r "$base"
made_again "the directory of all"
emitter later <<<"emit 1 0
flush 5000" >later.out
see view.json '.name == "later" and .label == "1"'
rm "$base/default/control.ipc"
made_again "a socket"
rm -r "$base/default/rings"
made_again "the rings"
emitter last <<<"emit 1 0
flush 5000" >last.out
see view.json '.name == "last" and .label == "1"'
check_equal "a second watcher" 1 "$(memwatchd --foreground 2>second.err; echo $?)"
kill -INT $recorder
ends "the recording" $recorder 0
check_equal "the recording" 1 "$(sqlite3 r.mwdb "select count(*) from session where key = 'end_unix_ns'")"
exec 5>&-
kill $plotter
memwatch stop
ends memwatchd $watcher 0

# A recording of a command, whose session is its own and whose runtime directory goes for good.
mkdir -m 700 "$XDG_RUNTIME_DIR/login"
(
	export XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR/login
	exec memwatch record -i 50ms -o login.mwdb -- sh -c 'touch begun; sleep 3; memwatch event "after"; exit 5'
) 2>login.err &
login=$!
wait_for 10 eval '[ -e begun ]' || fail "$(cat login.err)"
rm -r "$XDG_RUNTIME_DIR/login"
ends "a recording whose runtime directory goes" $login 5
check_equal "that recording" 1 "$(sqlite3 login.mwdb "select count(*) from session where key = 'end_unix_ns'")"
check_match "its notices" "was removed; /tmp/memwatch-[0-9]+/[0-9]+ is made in its place" "$(cat login.err)"
check_equal "a milestone after that" 1 "$(sqlite3 login.mwdb "select count(*) from event where label = 'after'")"
kill $target
