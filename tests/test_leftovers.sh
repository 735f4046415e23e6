#!/bin/bash
# What sessions have left that are over is removed by whoever comes next; never what is in use, or what a program that lives
# has not told yet.
. "$ROOT/tests/session.sh"

base=$XDG_RUNTIME_DIR/memwatch

# killed NAME: a session whose watcher was killed.
killed() {
	memwatchd --foreground --session "$1" 2>>killed.err &
	wait_for 10 memwatch status --session "$1" || fail "no watcher of $1: $(cat killed.err)"
	kill -KILL $!
	wait $! 2>/dev/null
}

# next_one: a watcher comes and goes on; a small job of its own.
next_one() {
	memwatch run --view json -- true >next.json 2>next.err || fail "a run: $(cat next.err)"
}

removed() { # NAME
	[ ! -e "$base/$1" ]
}

# --- whose watcher was killed: of its own name, and of a number

killed build-7
killed 4000000
killed 4000000-2
next_one
for name in build-7 4000000 4000000-2; do
	removed $name || fail "$name is left: $(ls "$base/$name")"
done

# --- also by one that goes on, and of one that ended while a program of it lived

memwatchd --foreground --session named 2>named.err &
named=$!
wait_for 10 memwatch status --session named
mkfifo commands
MEMWATCH_SESSION=named emitter <commands >emitter.out &
emitter=$!
exec 5>commands
echo "emit 3 0" >&5
echo "flush 5000" >&5
wait_for 10 grep -qx 0 emitter.out || fail "nothing is flushed: $(cat emitter.out)"
memwatch stop --session named
ends "the named session" $named 0
echo "emit 2 0" >&5
wait_for 10 grep -q '^5 ' emitter.out || fail "nothing is emitted without a watcher: $(cat emitter.out)"
killed build-8
# not the session `default`, to which the program would go on
MEMWATCH_SESSION=on start_watcher --interval 50ms
wait_for 5 removed build-8 || fail "a watcher that goes on leaves build-8: $(ls "$base/build-8")"
[ -n "$(ls "$base/named/rings")" ] || fail "the ring of a program that lives was removed"
memwatch list --session on >/dev/null || fail "the running session was hurt"

# --- a program that was killed: what nobody has had waits for a watcher of that name

kill -KILL $emitter
wait $emitter 2>/dev/null
exec 5>&-
next_one
[ -n "$(ls "$base/named/rings")" ] || fail "events that nobody has had were removed"
memwatchd --foreground --session named 2>named.err &
named=$!
wait_for 10 memwatch status --session named
MEMWATCH_SESSION=named past named.json
check_equal "what it had not told" "4 5" "$(numbers named.json | cut -d' ' -f2 | xargs)"
memwatch stop --session named
ends "the named session again" $named 0
wait_for 5 removed named || fail "a session that is over is left: $(ls -R "$base/named")"

# --- what isn't a session's stays, and stops nobody

mkdir -m 755 "$base/open"
ln -s /tmp "$base/link"
mkdir -m 700 "$base/mine"
touch "$base/mine/notes"
mkdir -m 700 "$base/empty"
mkfifo "$base/fifo"
next_one
[ -e "$base/mine/notes" ] && [ -d "$base/open" ] && [ -L "$base/link" ] || fail "a stranger's file was removed"
wait_for 5 removed empty || fail "an empty directory is left"
memwatch stop --session on
ends memwatchd $watcher 0

# --- many that come and go at once, with one name: each of its programs is heard, none of them hurts another

for i in $(seq 8); do
	for j in 1 2 3; do
		memwatch record --session busy$((i % 2)) --force -i 20ms -o busy$i.mwdb -- sh -c "memwatch event mark-$i-$j" ||
			echo "$i: $j" >>busy.failed
	done 2>busy$i.err &
	jobs[i]=$!
done
for i in $(seq 8); do
	wait "${jobs[i]}"
done
[ ! -e busy.failed ] || fail "of many at once: $(cat busy.failed busy?.err)"
removed_all() { [ "$(ls "$base" | xargs)" = "fifo link mine open" ]; }
next_one
wait_for 5 removed_all || fail "directories are left: $(ls "$base")"
