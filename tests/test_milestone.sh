#!/bin/bash
# A milestone has the memory of its own moment, at an interval of a second, and so has a span, with its peak: in each
# output alike.
. "$ROOT/tests/session.sh"
sanitized && skip "the memory of a small program is checked, and a sanitizer takes memory of its own"

is_about() { # WHAT MIB BYTES
	[ "$3" -gt $(($2 * 1048576 - 4194304)) ] && [ "$3" -lt $(($2 * 1048576 + 8388608)) ] ||
		fail "$1: expected about $2 MiB, got $3 bytes"
}

memwatch run --view text --interval 1s -o a.mwdb -- steps sleep 120 touch 200 event loaded sleep 50 begin sort touch 300 \
	free end free event freed begin dip touch 100 event inside free end begin never touch 50 free sleep 20 >text.out 2>err.out ||
	fail "$(cat err.out)"

# --- the recording

value() { # COLUMN LABEL
	sqlite3 a.mwdb "select coalesce($1, 'none') from event where label = '$2'"
}
is_about "loaded" 201 "$(value rss loaded)"
is_about "freed" 1 "$(value rss freed)"
is_about "inside" 101 "$(value rss inside)"
for label in loaded freed inside sort dip; do
	[ "$(value rss_age_ns $label)" -le 100000 ] || fail "$label: its memory is $(value rss_age_ns $label) ns old"
	[ "$(value shared $label)" -gt 0 ] || fail "$label: no shared pages"
done
is_about "the span's begin" 201 "$(value rss sort)"
is_about "the span's end" 201 "$(value rss_end sort)"
is_about "the span's peak" 501 "$(value peak_rss sort)"
check_equal "the peak is the kernel's" 1 "$(value peak_exact sort)"
is_about "the peak of a span that did not raise the mark" 101 "$(value peak_rss dip)"
check_equal "which is what was read in it" 0 "$(value peak_exact dip)"
check_equal "the span that its process did not end" none "$(value duration_ns never)"
[ "$(value peak_rss never)" -ge "$(value rss never)" ] || fail "the peak of never: $(value peak_rss never)"

# --- what it had then is a sample: on the curve, and in the maximum

is_about "the sample" 201 "$(sqlite3 a.mwdb "select sample.rss from sample join event on sample.t_ns = event.t_ns
	where event.label = 'loaded'")"
max=$(sqlite3 a.mwdb "select max_rss from process")
[ "$max" -ge "$(value rss loaded)" ] || fail "the highest sample is $max"

# --- the text view

grep -Eq ' 20[0-9] MiB .*\* loaded$' text.out || fail "loaded: $(grep loaded text.out)"
grep -Eq ' 10[0-9] MiB .*\* inside$' text.out || fail "inside: $(grep inside text.out)"
grep -Eq ' [12]\.[0-9] MiB .*\* freed$' text.out || fail "freed: $(grep freed text.out)"

# --- of a program that ran before anybody watched: the milestone is of its moment, and its memory no sample

export MEMWATCH_SESSION=late
steps touch 80 event "before all" free sleep 100 event again sleep 30000 &
early=$!
has_ring() {
	compgen -G "$XDG_RUNTIME_DIR/memwatch/late/rings/*.*" >ring.name
}
wait_for 10 has_ring || fail "the program has no ring"
is_small() {
	[ "$(ps -o rss= -p $early)" -lt 8192 ]
}
wait_for 10 is_small || fail "the program gives nothing back"
start_watcher --session late --interval 1s
plot late.json --session late
see late.json '.label == "again"'
is_about "before all" 81 "$(get late.json '.label == "before all"' .rss)"
is_about "again" 1 "$(get late.json '.label == "again"' .rss)"
kill $early
see late.json '.state == "end"'
[ "$(get late.json '.state == "end"' .max_rss)" -lt 8388608 ] || fail "memory from before the session is its maximum"

# --- an event of a person's is read when it comes

sleep 1000 &
sleeper=$!
memwatch add $sleeper || fail "add"
memwatch event --pid $sleeper "by hand" || memwatch event "by hand" --pid $sleeper || fail "event"
see late.json '.label == "by hand"'
[ "$(get late.json '.label == "by hand"' .rss)" -gt 100000 ] || fail "no memory of an event by hand"

# --- what cannot be is refused: memory that no machine has is the last sample's, marked; a time before all is its arrival

instance=00000000abcd1234
bad_ring absurd ring $sleeper $instance && mv ring "$XDG_RUNTIME_DIR/memwatch/late/rings/$sleeper.$instance"
see late.json ".pid == $sleeper and .name == \"made up\""
kill $sleeper
see late.json '.label == "better"'
[ "$(get late.json '.label == "good"' .rss)" -lt 8388608 ] || fail "absurd memory is taken"
check_equal "its age is told" true "$(get late.json '.label == "good"' '.rss_age > 0.0001 and .shared == null')"
see late.json ".pid == $sleeper and .state == \"end\""
check_equal "the maximum" true "$(get late.json ".pid == $sleeper and .state == \"end\"" '.max_rss < 8388608')"
check_equal "a time of 0 is that of its arrival" true "$(get late.json '.label == "better"' '.t > 0')"

/usr/bin/python3 - "$XDG_RUNTIME_DIR/memwatch/late/events.ipc" <<'END' || fail "an emitter of another language"
import os, socket, struct, sys, time

def varint(number):
    out = b""
    while number >= 128:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])

def event(label, t):
    body = b"\x10" + varint(t) + b"\x2a" + varint(len(label)) + label.encode()
    return b"\x82\x01" + varint(len(body)) + body

with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(struct.pack(">4sHH", b"\0SP\0", 0x50, 0))
    s.recv(8, socket.MSG_WAITALL)
    batch = b"\x08\x01\x10" + varint(os.getpid()) + event("no time", 0) + event("before my start", 12345)
    s.sendall(struct.pack(">BQ", 1, len(batch)) + batch)
    time.sleep(0.5)
END
for label in "no time" "before my start"; do
	see late.json ".label == \"$label\""
	check_equal "$label: taken at its arrival, and its memory read then" true \
		"$(get late.json ".label == \"$label\"" '.t > 0 and .rss > 1000000 and .rss_age == 0')"
done

# --- what is above a limit between two ticks crosses it

kill $watcher
unset MEMWATCH_SESSION
memwatch run --view json --interval 1s --limit-total 100MiB -- steps sleep 50 event before touch 200 event over free sleep 50 >limit.json
check_equal "the status of a run beyond its limit" 3 $?
has limit.json '.category == "limit" and .rss > 104857600' || fail "the limit is not crossed: $(cat limit.json)"
