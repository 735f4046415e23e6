#!/bin/bash
# The gate may die, and anybody of this user may send anything to the sockets: the session goes on, and no plotter misses
# a record.
# Runs alone: it looks for ticks that a new gate costs.
. "$ROOT/tests/session.sh"

dir=$XDG_RUNTIME_DIR/memwatch/default
sanitized && leave_out "that a new gate costs no tick: with a sanitizer ticks are missed by themselves"

start_watcher --interval 10ms
sleep 1000 &
sleeper=$!
memwatch add $sleeper
plot out.json
see out.json '.type == "sample"'

restarts() {
	[ "$(status_of gate_restarts)" -ge "$1" ]
}

# works LABEL: an event goes in by control, and out by the stream.
works() {
	timeout 20 memwatch event "$1" || fail "no event can be sent: $1"
	see out.json ".type == \"event\" and .pid == 0 and .category == \"\" and .label == \"$1\""
}

notice() { # PATTERN
	see out.json ".type == \"event\" and .pid == 0 and .category == \"memwatch\" and (.label | test(\"$1\"))"
}

# --- killed: a new one comes, and no tick is missed by that. A busy machine may miss one by itself; not each time.

missed_none=
for kill in 1 2 3; do
	before=$(status_of missed)
	kill -KILL "$(pgrep -P $watcher)"
	wait_for 10 restarts $kill || fail "no new gate"
	works "after kill $kill"
	check_equal "gates" $kill "$(status_of gate_restarts)"
	[ "$(status_of missed)" = "$before" ] && missed_none=yes
done
sanitized || [ "$missed_none" ] || fail "each new gate costs ticks"
notice "^the gate ended, a new one took its place$"

# what was seen live is the session's own record of itself, with no hole
lines=$(wc -l <out.json)
timeout 20 memwatch --view json --duration 1ms >past.json || fail "no second plotter"
caught_up() {
	[ "$(wc -l <out.json)" -ge "$(wc -l <past.json)" ]
}
wait_for 10 caught_up || fail "the plotter is behind"
[ "$(wc -l <past.json)" -ge "$lines" ] || fail "the past is shorter than what was seen"
head -n "$(wc -l <past.json)" out.json | cmp - past.json || fail "the plotter has missed records"

# an instrumented program loses none of its milestones by it
"$O/examples/hello" &
hello=$!
see out.json ".type == \"event\" and .pid == $hello and .label == \"50 MB read\""
kill -KILL "$(pgrep -P $watcher)"
see out.json ".type == \"event\" and .pid == $hello and .label == \"done\""
see out.json ".type == \"process\" and .pid == $hello and .state == \"end\""
check_equal "its milestones" "started 50 MB read done" "$(get out.json ".type == \"event\" and .pid == $hello" .label | xargs)"
restarted=$(status_of gate_restarts)

# --- what is no nanomsg at all, or breaks off

# Handshakes of the peers that each socket expects (nanomsg's SP header: its protocol's number).
PUSH='\0SP\0\0\120\0\0'
REQ='\0SP\0\0\060\0\0'
SUB='\0SP\0\0\041\0\0'

# poke SOCKET BYTES: send them, and stay connected until the test ends or the other end hangs up.
poke() {
	printf "$2" | command poke "$dir/$1.ipc" >poke.out 2>poke.err &
}

for socket in events control stream; do
	poke $socket 'GET / HTTP/1.1\r\n\r\n'
	poke $socket '\377\377\377\377\377\377\377\377\377\377\377\377'
	poke $socket '\0SP\0\0'
	head -c 100000 /dev/urandom | command poke "$dir/$socket.ipc" >/dev/null 2>&1 &
	works "after garbage on $socket"
done

# --- a right handshake, then what makes nanomsg end its process: a wrong type byte; on PUB, any message

for socket in events control stream; do
	case $socket in
	events) shake=$PUSH ;;
	control) shake=$REQ ;;
	stream) shake=$SUB ;;
	esac
	restarted=$(status_of gate_restarts)
	poke $socket "$shake"'\007\0\0\0\0\0\0\0\004evil'
	wait_for 10 restarts $((restarted + 1)) || fail "a wrong type byte on $socket went unnoticed"
	works "after a wrong type byte on $socket"
	kill -0 $plotter || fail "the plotter has ended"
done
restarted=$(status_of gate_restarts)

# --- messages that nanomsg passes on: not ours, cut, of another version

# message BODY: a frame of nanomsg; only for bodies below 256 bytes, in printf's escapes.
message() {
	printf '\\001\\0\\0\\0\\0\\0\\0\\0\\%03o%s' "$(printf "$1" | wc -c)" "$1"
}

bad() {
	[ "$(status_of bad_messages)" -ge "$1" ]
}

check_equal "bad messages so far" 0 "$(status_of bad_messages)"
poke events "$PUSH$(message '\252\253\254\255\256\257\001\002\003')"
wait_for 10 bad 1 || fail "a message of random bytes is not counted"
notice "^events.ipc: a message that is none of the protocol's: ignored$"
poke events "$PUSH$(message '\010\001')$(message '\010\001\020')$(message '')"
wait_for 10 bad 3 || fail "cut messages are not counted"
poke events "$PUSH$(message '\010\143\020\322\011')"
notice "^events.ipc: pid 1234 speaks version 99 of the protocol, this watcher 1: ignored$"

ID='\200\0\0\001' # of a request, before its body
poke control "$REQ$(message "$ID"'\252\253\254\255\256\257\001\002\003')"
notice "^control.ipc: a message that is none of the protocol's: ignored$"
wait_for 5 grep -qa "the watcher could not read the request" poke.out || fail "garbage gets no answer"
poke control "$REQ$(message "$ID"'\010\143\030\007')"
notice "^control.ipc: a program speaks another version of the protocol: refused$"
wait_for 5 grep -qa "the watcher speaks another version of the protocol" poke.out ||
	fail "a request of another version gets no answer"
works "after messages that are none of ours"
check_equal "gates after messages that nanomsg can bear" "$restarted" "$(status_of gate_restarts)"

# --- a flood of them is counted, not told one by one

flood=$PUSH
for i in {1..100}; do
	flood+=$(message '\252\253\254')
done
before=$(status_of bad_messages)
poke events "$flood"
wait_for 10 bad $((before + 100)) || fail "the flood: $(status_of bad_messages) bad messages"
works "after a flood"
told=$(get out.json '.category == "memwatch" and (.label | test("ignored|refused"))' .label | wc -l)
[ "$told" -le 10 ] || fail "$told notices"

# --- a file in rings/ that is no ring

echo nonsense >"$dir/rings/.1234-1" && mv "$dir/rings/.1234-1" "$dir/rings/1234-1"
notice "/rings/1234-1: is no ring of a program: ignored, as are others like it$"
works "after a ring that is none"
check_equal "a file that is no ring" nonsense "$(cat "$dir/rings/1234-1")"
check_equal "what the watcher says besides its notices" "" "$(grep -v "^memwatchd: " watcher.err)"
