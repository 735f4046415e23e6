#!/bin/bash
# The wall clock is set ahead and back while a session runs, and the machine suspended: every wall time after it is right.
# No test may touch the machine's clock: what is loaded before the watcher moves CLOCK_REALTIME and CLOCK_BOOTTIME by the
# seconds in a file.
. "$ROOT/tests/session.sh"

sanitized && skip "a sanitizer has to be loaded first, and so has what moves the clock here"
cat >clocks.c <<'EOF'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *now)
{
	char text[64] = "";
	long wall = 0, boot = 0;
	int result = (int)syscall(SYS_clock_gettime, id, now);
	int fd = id == CLOCK_REALTIME || id == CLOCK_BOOTTIME ? open(getenv("CLOCKS"), O_RDONLY) : -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) > 0)
			sscanf(text, "%ld %ld", &wall, &boot);
		close(fd);
	}
	now->tv_sec += id == CLOCK_BOOTTIME ? boot : wall;
	return result;
}
EOF
${CC:-cc} -shared -fPIC -o clocks.so clocks.c 2>cc.err || fail "no library: $(cat cc.err)"
export CLOCKS=$PWD/clocks
move() { # WALL BOOT, in seconds
	echo "$1 $2" >clocks.new && mv clocks.new clocks
}

move 0 0
LD_PRELOAD=$PWD/clocks.so memwatchd --foreground -i 50ms 2>watcher.err &
watcher=$!
wait_for 10 memwatch status || fail "no watcher: $(cat watcher.err)"
sleep 60 &
pid=$!
memwatch record -o run.mwdb --pid $pid 2>record.err &
recorder=$!
plot live.json --pid $pid
see live.json '.type == "sample"'

at() { # LABEL: an event now; the time of day that it should have, in seconds, is in $expected[LABEL]
	read -r wall _ <clocks
	expected[$1]=$(($(date +%s) + wall))
	memwatch event --pid $pid "at $1" || fail "event: $1"
	see live.json ".label == \"at $1\""
}
notice() { # PATTERN
	see live.json ".type == \"event\" and .name == \"session\" and (.label | test(\"$1\"))"
}
declare -a expected
at 0
move 7200 0
notice '^wall clock set 2 h 00 min ahead$'
at 1
move 3600 0
notice '^wall clock set 1 h 00 min back$'
at 2
move 12600 9000 # asleep for 2.5 hours
notice '^suspended for 2 h 30 min$'
at 3

near() { # WHAT EXPECTED GOT
	awk "BEGIN { d = $3 - $2; exit !(d > -5 && d < 5) }" || fail "$1: expected $2, got '$3'"
}
late() { # a view and a list that come later
	plot late.json --pid $pid --window 1h --duration 1s
	wait $plotter || fail "the late view: $(cat late.json.err)"
	memwatch status --json >status.json
	near "wall of status" $((expected[3])) "$(jq .wall status.json)"
	near "start_wall of status" $((expected[0])) "$(jq .start_wall status.json)"
	memwatch event --pid $pid --flush "at 4" 2>/dev/null || memwatch event --pid $pid "at 4"
}
late
kill -INT $recorder
ends "the recorder" $recorder 0
check_equal "jumps that are kept" "0 1 2 3" "$(sqlite3 run.mwdb 'SELECT rowid - 1 FROM clock ORDER BY t_ns' | xargs)"
check_equal "gaps" "clock set ahead|7200
clock set back|3600
suspend|9000" "$(sqlite3 run.mwdb 'SELECT reason, (count + 500) / 1000 FROM gap WHERE reason GLOB "clock*" OR reason = "suspend" ORDER BY rowid')"

for ending in csv jsonl html dat pftrace json; do
	memwatch export run.mwdb -o run.$ending || fail "export to $ending"
done
memwatch replay --view json run.mwdb >replay.json || fail "replay"
memwatch report --json run.mwdb >report.json || fail "report"
memwatch report run.mwdb >report.txt || fail "report"
check_equal "gaps of the report" "clock set ahead clock set back suspend" \
	"$(jq -r '.gaps[] | select(.reason | test("clock|suspend")).reason' report.json | xargs)"
check_match "the report" 'suspended for 2 h 30 min' "$(cat report.txt)"
for i in 0 1 2 3; do
	for file in live.json late.json replay.json run.jsonl; do
		near "event $i in $file" ${expected[i]} "$(get $file ".label == \"at $i\"" .wall)"
	done
	near "event $i in the table" ${expected[i]} "$(awk -F, -v at="at $i" '$6 ~ at { print $2 }' run.csv)"
done
near "the sample of its end" ${expected[3]} "$(get run.jsonl '.type == "sample"' .wall | tail -n 1)"
check_equal "jumps in the page" 3 "$(grep -oE '"jumps":\[.*\],"zone"' run.html | grep -o '\[[0-9.]*,' | wc -l)"
check_equal "jumps in the trace" 3 "$(jq '.otherData.clock_jumps | length' run.json)"

# An older recording has no such table.
cp run.mwdb old.mwdb
sqlite3 old.mwdb 'DROP TABLE clock'
memwatch export old.mwdb -o old.csv || fail "an older recording"
near "its first event" ${expected[0]} "$(awk -F, '$6 ~ /at 0/ { print $2 }' old.csv)"
