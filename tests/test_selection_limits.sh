#!/bin/bash
# A limit that is asked of named processes holds these and no others, each asker's own, together too.
. "$ROOT/tests/session.sh"

MIB=1048576

# labels FILE: of the events that tell of limits.
labels() {
	get "$1" '.type == "event" and .category == "limit"' '"\(.pid) \(.label)"'
}

# swell NAME: about 45 MiB, then 125, 165 and so on each time that a line comes from the pipe NAME (perl keeps a copy); its
# pid is in $swell.
swell() {
	mkfifo "$1"
	perl -e '$0 = $ARGV[0]; push @x, "x" x (20 << 20); open F, "<$ARGV[0]"; open R, ">$ARGV[0].ready";
		close R; while (<F>) { push @x, "x" x (40 << 20) } sleep 1000' "$1" &
	swell=$!
	exec {pipe}<>"$1"
	wait_for 10 test -e "$1.ready" || fail "$1 does not begin"
}

start_watcher --interval 20ms
swell mwt-a
a=$swell to_a=$pipe
swell mwt-b
b=$swell to_b=$pipe

plot a.json --pid $a --limit 60M --limit-total 150M
plot more.json --pid $a --limit 140M
plot b.json --pid $b
plot names.json --name '^mwt-b$' --limit 500M
plot both.json --pid $a,$b --limit-total 200M
plot all.json
for file in a more b both all; do
	see $file.json '.type == "sample"'
done
see names.json '.type == "sample"'
see a.json ".type == \"limit\" and .kind == \"asked\" and .pid == $a and .limit == 60 * $MIB"
see both.json ".type == \"limit\" and .kind == \"asked\" and .pid == 0 and .limit == 200 * $MIB"

echo >&$to_a # 125 MiB
see a.json '.type == "event" and .category == "limit" and .pid > 0'
check_match "the limit of one" "^$a limit 60.0 MiB crossed" "$(labels a.json)"
check_equal "the greater limit of another on the same process" "" "$(labels more.json)"
echo >&$to_b # 125 MiB, both together 250
see both.json '.type == "event" and .category == "limit"'
check_equal "both together" "0 total limit 200 MiB crossed" "$(labels both.json)"
check_equal "who asked for nothing" "" "$(labels b.json)"
check_equal "by name, below its own limit" "" "$(labels names.json)"
echo >&$to_a # 165 MiB
see more.json '.type == "event" and .category == "limit"'
check_match "the greater limit" "^$a limit 140 MiB crossed" "$(labels more.json)"
see a.json '.type == "event" and .category == "limit" and .pid == 0'
check_match "its own total" "^0 total limit 150 MiB crossed" "$(labels a.json | tail -n 1)"
check_equal "the total of both, once" 1 "$(labels both.json | wc -l)"
check_equal "limits of others on who asked for none" "" "$(get b.json '.type == "limit" and .kind == "asked"' .limit)"
check_equal "no limit of the whole session" "" "$(get all.json '.type == "limit" and .kind == "asked" and .pid == 0' .limit)"
kill $a $b
memwatch stop || fail "stop"
wait $watcher

# --- a descendant that ends between two samples, in a session that others have too

start_watcher --interval 30s
memwatch run --session default --view json --limit 30M -- sh -c 'grow 63000000 1 --end; true' >late.json 2>late.err
check_equal "a descendant's peak: exit status" 3 $?
check_match "who crossed it" "^[0-9]+ limit 30.0 MiB crossed by .*peak, [0-9.]+ MiB" "$(labels late.json)"
memwatch stop || fail "stop"
