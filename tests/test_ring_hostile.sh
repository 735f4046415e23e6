#!/bin/bash
# What is put into rings/ that no client of ours would write: refused, with one line for all, or read for what is whole in it;
# the watcher and everybody else go on.
. "$ROOT/tests/session.sh"

rings=$XDG_RUNTIME_DIR/memwatch/default/rings
number=0

# a program that is not to be disturbed
start_watcher --interval 50ms
emitter bystander <<<"emit 1000000 100" >bystander &
plot out.json
see out.json '.name == "bystander" and .label == "5"'

# next: a name for a ring of a process that lives, in $name; its parts in $pid $instance.
next() {
	number=$((number + 1))
	instance=$(printf '%016x' $((0xabc0000 + number)))
	name=$pid.$instance
}

# arrive: the hidden file .new gets its name at once, as a client's does.
arrive() {
	mv "$rings/.new" "$rings/$name"
}

# refused_ring WHAT: the file is left, and nothing of it is seen. A milestone that comes after it shows that it was looked at.
refused_ring() {
	arrive
	memwatch event "after $1" || fail "$1: no event"
	see out.json ".label == \"after $1\""
	[ -e "$rings/$name" ] || [ -L "$rings/$name" ] || fail "$1: the file was removed"
	rm -rf "${rings:?}/$name"
}

sleep 1000 &
pid=$!

for kind in magic version cells-none cells-odd cells-many pid-none instance-other header-cut; do
	next
	bad_ring $kind "$rings/.new" $pid "$instance"
	refused_ring $kind
done
next
: >"$rings/.new"
refused_ring "an empty file"
next
head -c 100000 /dev/urandom >"$rings/.new"
refused_ring "random bytes"
next
mkdir "$rings/.new"
refused_ring "a directory"
next
mkfifo "$rings/.new"
refused_ring "a FIFO"
next
ln -s /dev/zero "$rings/.new"
refused_ring "a link to a device"
next
bad_ring good good $pid "$instance"
ln -s "$PWD/good" "$rings/.new"
refused_ring "a link to a good ring"
if [ "$(id -u)" = 0 ]; then
	next
	bad_ring good "$rings/.new" $pid "$instance"
	chown 65534 "$rings/.new"
	refused_ring "another user's"
fi
for name in x 1 1. .. -1.0 "$pid" "$pid.xyz" "$(printf 'n%.0s' {1..200})"; do
	[ "$name" = .. ] && continue
	bad_ring good "$rings/.new" $pid abc
	arrive
done
memwatch event "after the names" || fail "no event after strange names"
see out.json '.label == "after the names"'
has out.json '.name == "made up"' && fail "a ring that is none was taken"
notice='/[^/]*: is no ring of a program: ignored, as are others like it$'
check_equal "lines of the log" 1 "$(grep -c "$notice" watcher.err)"
check_equal "notices" 1 "$(get out.json "(.category == \"memwatch\") and (.label | test(\"$notice\"))" .label | wc -l)"
rm -f "$rings"/x "$rings"/1* "$rings"/-1.0 "$rings/$pid" "$rings/$pid.xyz" "$rings"/nnn*

# --- rings that are taken: what is whole in them is read when their process ends, and nothing else

# taken KIND EVENTS [COMMAND...]: a ring of a process of its own; after COMMAND, done to it when it was taken.
taken() {
	local kind=$1 events=$2

	shift 2
	sleep 1000 &
	pid=$!
	next
	bad_ring $kind "$rings/.new" $pid "$instance"
	arrive
	see out.json ".type == \"process\" and .pid == $pid and .name == \"made up\""
	"$@"
	kill -KILL $pid
	wait $pid 2>/dev/null
	see out.json ".type == \"process\" and .pid == $pid and .state == \"end\""
	check_equal "$kind: events" "$events" "$(get out.json ".type == \"event\" and .pid == $pid" .label | xargs)"
	wait_for 5 test ! -e "$rings/$name" || fail "$kind: its ring is left"
}

cut_file() {
	truncate -s 100 "$rings/$name"
}

grow_file() {
	truncate -s 1G "$rings/$name"
}

exchange_file() { # one that is not the one that was taken: it is not ours to remove
	rm "$rings/$name"
	echo mine >"$rings/$name"
}

taken good "good better" true
taken cells-cut "good better" true
taken noise "good" true
taken head-far "" true
taken merged-beyond "" true
taken dropped-many "good better" true
taken good "" cut_file
taken good "good better" grow_file

# One of 64 MiB, of which the file has next to nothing.
bytes_read() {
	awk '/^rchar/ { print $2 }' /proc/$watcher/io
}
before=$(bytes_read)
taken sparse "good better" true
read=$(($(bytes_read) - before))
[ $read -lt $((16 << 20)) ] || fail "of a file without content $read bytes are read"

sleep 1000 &
pid=$!
next
bad_ring good "$rings/.new" $pid "$instance"
arrive
see out.json ".type == \"process\" and .pid == $pid and .name == \"made up\""
exchange_file
kill -KILL $pid
see out.json ".type == \"process\" and .pid == $pid and .state == \"end\""
check_equal "a file in a ring's place" mine "$(cat "$rings/$name")"
check_equal "the events of what was removed" "good better" \
	"$(get out.json ".type == \"event\" and .pid == $pid" .label | xargs)"

# --- and the bystander has lost nothing by all this

memwatch status >/dev/null || fail "the watcher is gone"
check_equal "gates" 0 "$(status_of gate_restarts)"
seen=$(get out.json '.type == "event" and .name == "bystander"' .label)
check_equal "the bystander's events" "$(seq "$(wc -l <<<"$seen")")" "$seen"
check_equal "what the watcher says besides its notices" "" "$(grep -v "$notice" watcher.err)"

# --- what a program was making when it was killed goes when the next watcher comes; what may still become a ring stays

memwatch stop
ends "the watcher" $watcher 0
for owner in $NO_PID $$; do
	touch -d "1 minute ago" "$rings/.$owner.00000000000000ff"
done
: >"$rings/.$NO_PID"
start_watcher --interval 50ms
check_equal "what stays" ".$NO_PID .$$.00000000000000ff" "$(find "$rings" -name ".?*" -printf "%f\n" | sort -t. -k3 | xargs)"
