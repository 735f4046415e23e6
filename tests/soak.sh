#!/bin/bash
# A watcher that lives for months, in minutes: 10 processes at an interval of 1 ms, 10,000 short-lived programs, 100 views and
# 20 killed gates a minute, and what it costs in each tenth of that. Only when it is asked for: tests/run soak.
# MINUTES (2; the whole is 10: 600,000 ticks, as of 17 hours at 10 Hz, 100,000 programs, 1,000 views, 200 gates).
# Limit: 900
. "$ROOT/tests/session.sh"

MINUTES=${MINUTES:-2}
tenth=$((MINUTES * 6)) # seconds
base=$XDG_RUNTIME_DIR/memwatch/default
hertz=$(getconf CLK_TCK)

gate_pid() {
	for child in $(cat /proc/$watcher/task/*/children 2>/dev/null); do
		grep -qz -- --gate "/proc/$child/cmdline" 2>/dev/null && echo "$child"
	done
}

anonymous() { # PID: in KiB, of its own memory: what it shares counts for more once others have left
	awk '/^Pss_Anon:/ { print $2 }' "/proc/$1/smaps_rollup" 2>/dev/null
}

descriptors() { # PID
	ls "/proc/$1/fd" 2>/dev/null | wc -l
}

threads() { # PID
	awk '/^Threads:/ { print $2 }' "/proc/$1/status" 2>/dev/null
}

cpu_ms() { # of the core alone: its gates come and go
	awk -v hertz="$hertz" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hertz }' "/proc/$watcher/stat"
}

# many_views SECONDS: at an even pace; every tenth is killed in the middle, as a terminal that is closed.
many_views() {
	local end=$((SECONDS + $1)) count=0 start=$EPOCHREALTIME

	while [ $SECONDS -lt $end ]; do
		count=$((count + 1))
		case $((count % 10)) in
		0) { timeout -s KILL 0.1 memwatch --view text >/dev/null; } 2>/dev/null ;;
		1) memwatch list >/dev/null 2>&1 ;;
		*) memwatch --view json --window 1s --duration 20ms >/dev/null 2>&1 ;;
		esac
		sleep "$(awk -v n=$count -v past="$(awk "BEGIN { print $EPOCHREALTIME - $start }")" \
			'BEGIN { left = n * 0.6 - past; print (left > 0 ? left : 0) }')"
	done
	echo $count
}

# many_gates SECONDS: killed at an even pace, each of which has lived.
many_gates() {
	local end=$((SECONDS + $1)) count=0 gate

	while [ $SECONDS -lt $end ]; do
		sleep 3
		gate=$(gate_pid)
		[ -n "$gate" ] && kill -KILL "$gate" && count=$((count + 1))
	done
	echo $count
}

# look: one row of figures; the gate's are those of one that has lived for a while.
look() {
	local gate status

	wait_for 5 test -n "$(gate_pid)"
	gate=$(gate_pid)
	status=$(memwatch status --json)
	echo "$(anonymous $watcher) $(anonymous "${gate:-0}") $(descriptors $watcher) $(descriptors "${gate:-0}") $(threads $watcher)" \
		"$(cpu_ms) $(jq -r '"\(.ticks) \(.missed) \(.ended) \(.events)"' <<<"$status")" "$(ls "$base/rings" | wc -l)" \
		"$(jq '.history_bytes / 1024 | floor' <<<"$status")"
}

memwatchd --foreground --interval 1ms -o soak.mwdb 2>watcher.err &
watcher=$!
wait_for 10 memwatch status || fail "no watcher: $(cat watcher.err)"
for i in 1 2 3 4 5 6 7 8 9 10; do
	soaker live >live.$i &
	workers[i]=$!
done

# The history has bounds of its own: 4 MiB of records, and 4,096 lines that have ended, up to four times as many while a
# recording is behind. How much of that it takes follows from how fast programs come: it is told apart, and first filled.
soaker clients 5000 0 >clients.0

printf '%-6s %9s %9s %6s %6s %8s %12s %9s %8s %9s %8s %6s %6s %6s %12s\n' tenth 'core KiB' 'gate KiB' 'fds' 'gate' threads \
	'CPU us/tick' 'CPU ms/s' ticks missed clients views gates rings 'history KiB'
read -r _ _ _ _ _ cpu ticks missed ended _ <<<"$(look)"
: >figures
for n in 1 2 3 4 5 6 7 8 9 10; do
	soaker clients $((MINUTES * 1000)) $tenth >clients.$n &
	of_clients=$!
	many_views $tenth >views.$n &
	of_views=$!
	many_gates $((tenth - 2)) >gates.$n &
	of_gates=$!
	began=$EPOCHREALTIME
	wait $of_clients $of_views $of_gates
	took=$(awk "BEGIN { print $EPOCHREALTIME - $began }")
	read -r core gate fds gate_fds tasks now_cpu now_ticks now_missed now_ended events rings history <<<"$(look)"
	awk -v ms=$((now_cpu - cpu)) -v ticks=$((now_ticks - ticks)) -v took="$took" \
		-v row="$n $core ${gate:-0} $fds $gate_fds $tasks" \
		-v more="$((now_ticks - ticks)) $((now_missed - missed)) $(($(cat clients.$n) / 3)) $(cat views.$n) $(cat gates.$n) $rings $history" \
		'BEGIN { printf "%s %.1f %.0f %s\n", row, ms * 1000 / (ticks ? ticks : 1), ms / took, more }' >>figures
	tail -n 1 figures | xargs printf '%-6s %9s %9s %6s %6s %8s %12s %9s %8s %9s %8s %6s %6s %6s %12s\n'
	cpu=$now_cpu ticks=$now_ticks missed=$now_missed ended=$now_ended
done
kill "${workers[@]}"
wait "${workers[@]}"
memwatch stop
ends memwatchd $watcher 0

# --- how much of what it is to bear it was given: on a slow machine less, which says less

awk -v minutes=$MINUTES '
	function tell(what, done, whole) {
		printf "%s: %d, %d %% of those of %d minutes", what, done, 100 * done / (whole * minutes / 10), minutes
		printf "; the whole soak has %d\n", whole
	}
	{ ticks += $9; clients += $11; views += $12; gates += $13 }
	END {
		tell("ticks", ticks, 600000)
		tell("clients", clients, 100000)
		tell("views", views, 1000)
		tell("killed gates", gates, 200)
	}' figures

# --- nothing lost

emitted=$(cat live.* clients.* | awk '{ sum += $1 } END { print sum }')
recorded=$(sqlite3 soak.mwdb "select count(*) from event where category = 'soak'")
echo "milestones: $emitted emitted, $recorded recorded; the recording has $(($(stat -c %s soak.mwdb) >> 20)) MiB"
check_equal "milestones" "$emitted" "$recorded"
check_equal "gaps with loss" "" "$(sqlite3 soak.mwdb "select reason, count(*) from gap where reason not in ('missed ticks', 'late tick', 'empty ticks') group by reason")"

# --- nothing grows: the middle one of the last three tenths beside that of the three after the first two

grown=$(awk '
	function middle(field, from,   a, b, c) {
		a = value[field, from]; b = value[field, from + 1]; c = value[field, from + 2]
		return a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b)
	}
	function check(what, field, share, more,   before, after) {
		before = middle(field, 3); after = middle(field, 8)
		if (after > before * share + more) print what " grows: " before ", at the end " after
	}
	# What malloc has once had for the history it may keep.
	{ if ($15 > history) history = $15; $16 = $2 - history }
	{ for (i = 1; i <= NF; i++) value[i, $1] = $i }
	END {
		check("memory of the core without its history, KiB", 16, 1.05, 256)
		check("memory of the gate, KiB", 3, 1.05, 256)
		check("descriptors of the core", 4, 1, 4)
		check("descriptors of the gate", 5, 1, 4)
		check("threads", 6, 1, 0)
		check("CPU of a tick, us", 7, 1.5, 20)
		check("rings that are left", 14, 1, 20)
	}' figures)
[ -z "$grown" ] || fail "$grown"
