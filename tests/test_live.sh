#!/bin/bash
# Real processes of every fate, followed live: what the records say of them is what happened.
. "$ROOT/tests/session.sh"

start_watcher --interval 50ms

# --- a slope: 10 MB a second

grow 10000000 3 &
growing=$!
plot growing.json --pid $growing
see growing.json '.type == "limit"'
check_equal "the machine's memory" "machine 0 session $(($(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) * 1024))" \
	"$(get growing.json '.type == "limit" and .pid == 0' '"\(.kind) \(.pid) \(.name) \(.limit)"' | sort -u)"
get growing.json '.type == "limit" and .pid == 0' .used | while read -r used; do
	[ "$used" -gt 1000000 ] || fail "used of the machine's memory: $used"
done

# --- one that execs: the same line, under the new name

mkfifo go
bash -c 'read -r _ <go; exec sleep 1000' &
execs=$!
plot execs.json --pid $execs
see execs.json ".type == \"sample\" and .pid == $execs and .name == \"bash\""
echo >go
see execs.json ".type == \"event\" and .pid == $execs and .category == \"process\" and .label == \"exec sleep\""
see execs.json ".type == \"process\" and .state == \"change\" and .name == \"sleep\" and .command == \"sleep 1000\""
see execs.json ".type == \"sample\" and .pid == $execs and .name == \"sleep\" and .rss > 0"
check_equal "lines of one process" "begin change" "$(get execs.json ".type == \"process\" and .pid == $execs" .state | xargs)"
check_equal "list" "$execs sleep sleep 1000" \
	"$(memwatch list --json | jq -r ".[] | select(.pid == $execs) | \"\(.pid) \(.name) \(.command)\"")"

# --- one killed with -9; its parent does not wait for it, so that any kernel can tell how it ended

bash -c 'grow 100000000 1 & echo $! >killed; exec sleep 1000' &
is_named() { # PID NAME
	grep -qx "$2" "/proc/$1/comm"
}
wait_for 5 is_named $! sleep
killed=$(cat killed)
plot killed.json --pid "$killed"
see killed.json ".type == \"sample\" and .pid == $killed and .rss > 50000000"
kill -KILL "$killed"
ends "a plotter whose only process was killed" $plotter 0
end=$(get killed.json ".state == \"end\" and .pid == $killed" .)
check_equal "how it ended" '"killed by SIGKILL" 9 null' "$(jq -r '"\(.reason | tojson) \(.signal) \(.exit_code)"' <<<"$end")"
jq -e '.rss > 50000000 and .max_rss >= .rss and .peak_rss >= .max_rss and .peak_rss < 150000000' <<<"$end" >/dev/null ||
	fail "memory at its end: $end"
check_equal "the last sample and the last memory" "$(get killed.json ".type == \"sample\" and .pid == $killed" .rss | tail -n 1)" \
	"$(jq .rss <<<"$end")"

# --- a leader thread that ends while another goes on: seen by those who look before, and after

mkfifo go-leader
leaderless 30000000 <go-leader &
leaderless=$!
exec 5>go-leader
resident() { # PID BYTES
	local pages

	read -r _ pages _ <"/proc/$1/statm" && [ $((pages * $(getconf PAGESIZE))) -ge "$2" ]
}
wait_for 10 resident $leaderless 30000000 || fail "leaderless does not fill its memory"
plot leaderless.json --pid $leaderless
see leaderless.json ".type == \"sample\" and .pid == $leaderless"
echo >&5
wait_for 10 gone $leaderless || fail "the leader thread goes on"
count=$(wc -l <leaderless.json)
longer() {
	[ "$(wc -l <leaderless.json)" -gt $((count + 3)) ]
}
wait_for 10 longer || fail "no more is seen of a process whose leader thread has ended"
check_equal "samples that lack the memory of its other thread" "" \
	"$(get leaderless.json ".type == \"sample\" and .pid == $leaderless and .rss < 30000000" .rss)"
memwatch drop $leaderless || fail "it can't be dropped"
memwatch add $leaderless || fail "a process without its leader is refused"
list_rss() { # PID LEAST
	[ "$(memwatch list --json | jq ".[] | select(.pid == $1) | .rss")" -ge "$2" ]
}
wait_for 5 list_rss $leaderless 30000000 || fail "its memory is not seen: $(memwatch list)"
kill -KILL $leaderless

# --- those that can't be followed

mkfifo go-zombie
bash -c 'read -r _ <go-zombie & echo $! >zombie; exec sleep 1000' &
wait_for 5 is_named $! sleep
zombie=$(cat zombie)
echo >go-zombie
wait_for 5 gone "$zombie"
refused 1 "pid $zombie: has ended \(a zombie\)" memwatch add "$zombie"
refused 1 "pid $zombie: has ended \(a zombie\)" memwatch --view text --pid "$zombie"
refused 1 "pid $NO_PID: no such process" memwatch add $NO_PID
refused 1 "pid $NO_PID: no such process" memwatch --view json --pid $NO_PID
if [ -r /proc/2/status ] && ! grep -q ^VmRSS /proc/2/status; then
	refused 1 "pid 2: is a kernel thread" memwatch add 2
fi

# --- several, one of which isn't there: the others are followed, until both have ended

sleep 1000 &
one=$!
sleep 1000 &
two=$!
plot several.json --pid "$one,$NO_PID" --pid $two
see several.json ".type == \"sample\" and .pid == $one"
see several.json ".type == \"sample\" and .pid == $two"
check_equal "what is said of the third" "memwatch: pid $NO_PID: no such process" "$(cat several.json.err)"
kill $one
see several.json ".state == \"end\" and .pid == $one"
kill -0 $plotter || fail "the plotter ended with the first of its processes"
kill $two
ends "a plotter whose processes have ended" $plotter 0

# --- another user's

if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	setpriv --reuid=65534 --regid=65534 --clear-groups sleep 1000 &
	others=$!
	wait_for 5 is_named $others sleep
	plot others.json --pid $others
	see others.json ".type == \"sample\" and .pid == $others and .rss > 0"
fi

# --- and the slope, within 5 %: least squares over 2 s of it

see growing.json ".type == \"sample\" and .pid == $growing and .rss > 28000000"
slope=$(get growing.json ".type == \"sample\" and .pid == $growing and .rss > 5000000 and .rss < 27000000" '"\(.t) \(.rss)"' |
	awk '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
	     END { if (n >= 10) printf "%.0f", (n * xy - x * y) / (n * xx - x * x); else print n " samples" }')
[ "$slope" -gt 9500000 ] && [ "$slope" -lt 10500000 ] || fail "the curve says $slope bytes a second of 10000000"

# --- an end is noticed within a tick, though the next tick is far away

memwatchd --foreground --session slow --interval 5s &
export MEMWATCH_SESSION=slow
wait_for 10 memwatch status
sleep 1000 &
short=$!
plot slow.json --pid $short
see slow.json ".type == \"sample\" and .pid == $short"
before=$EPOCHREALTIME
kill $short
see slow.json ".state == \"end\" and .pid == $short"
late=$(get slow.json '.state == "end"' .wall | awk -v before="$before" '{ print $1 - before }')
awk -v late="$late" 'BEGIN { exit !(late >= 0 && late < 5) }' || fail "the end was noticed $late s after it"
