#!/bin/bash
# Whoever names processes sees these, whatever else the session follows: in each view, in the total, and until they end.
. "$ROOT/tests/session.sh"

# hold MIB [SECONDS]: a process of so much memory; its pid is in $held.
hold() {
	local name=held.$((++holds))

	perl -e '$x = "x" x ($ARGV[0] << 20); open F, ">$ARGV[1]"; close F; sleep 1000' "$1" $name &
	held=$!
	wait_for 10 test -e $name || fail "no process of $1 MiB"
}

pids() { # FILE: of all that is in it
	jq -rR 'fromjson? | select(.pid > 0) | .pid' "$1" | sort -un | xargs
}

both() { # A B: in the order of pids
	printf '%s\n' "$@" | sort -n | xargs
}

hold 30
a=$held
hold 60
b=$held

# --- one beside another, in one session: each its own

plot a.json -i 50ms --pid $a
first=$plotter
see a.json '.type == "sample"'
plot b.json -i 50ms --pid $b
second=$plotter
see b.json '.type == "sample"'
plot all.json
third=$plotter
memwatch event "of the session" || fail "no event"
memwatch event --pid $a "of a" || fail "no event of a"
memwatch event --pid $b "of b" || fail "no event of b"
for file in a b all; do
	see $file.json '.label == "of the session"'
done
see a.json '.label == "of a"'
see b.json '.label == "of b"'
see all.json '.label == "of b"'
check_equal "one session" default "$(memwatch sessions --json | jq -r '.[].session')"
check_equal "what is seen beside another" $a "$(pids a.json)"
check_equal "what the other sees" $b "$(pids b.json)"
check_equal "what who names none sees" "$(both $a $b)" "$(pids all.json)"
check_equal "events of others" "" "$(get a.json '.label == "of b"' .label)$(get b.json '.label == "of a"' .label)"

# --- one that comes later has the past of its own; each leaves when its processes have ended

sleep 0.3
memwatch --view json -w 1h -d 100ms --pid $a >late.json 2>late.err || fail "late: $(cat late.err)"
check_equal "what is seen late" $a "$(pids late.json)"
has late.json '.label == "of a"' || fail "no past of its own"
has late.json '.label == "of b"' && fail "the past of another"
kill $b
ends "the view of one that ended" $second 0
kill -0 $first || fail "the other view is gone"
kill $a
ends "the first view" $first 0
wait_for 10 absent || { kill -INT $third; wait_for 10 absent; } || fail "the watcher stays"
wait $third

# --- by name, with descendants: also those that come; not those of others

cat >parent.pl <<'END'
$0 = $ARGV[0];
for (1 .. 2) {
	unless (fork) { $0 = "$ARGV[0]-child"; sleep 1000; exit }
	sleep 1 if $_ == 1;
}
open F, ">$ARGV[0].forked"; close F;
sleep 1000;
END
start_watcher --interval 50ms
perl parent.pl mwt-one &
one=$!
perl parent.pl mwt-two &
two=$!
plot one.json -C --name '^mwt-one$'
plot two.json --name '^mwt-two'
plot alone.json --pid $two
for file in one.forked two.forked; do
	wait_for 10 test -e mwt-$file || fail "no children"
done
count() { [ "$(pids "$1" | wc -w)" = "$2" ]; }
wait_for 10 count one.json 3 || fail "by name, with descendants: $(pids one.json)"
wait_for 10 count two.json 3 || fail "by name: $(pids two.json)"
check_equal "the family of one" "$(both $one $(pgrep -P $one))" "$(pids one.json)"
check_equal "the names of two" "$(both $two $(pgrep -P $two))" "$(pids two.json)"
check_equal "the parent alone" $two "$(pids alone.json)"

# --- the text view, and its total

memwatch --view text -d 300ms --pid $one >one.text 2>one.err || fail "text: $(cat one.err)"
grep -q mwt-two one.text && fail "another process in the text view: $(cat one.text)"
grep -q mwt-one one.text || fail "not in the text view: $(cat one.text)"
kill $one $two $(pgrep -P $one) $(pgrep -P $two)
memwatch stop || fail "stop"
