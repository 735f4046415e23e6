#!/bin/bash
# A watcher that is killed at any moment leaves a sound file, with all but the last second of what it had published in it.
# KILLS=200 for the long way.
# Runs alone: what a busy machine publishes late comes at once, and more of it in a second.
. "$ROOT/tests/session.sh"
. "$ROOT/tests/recording.sh"

KILLS=${KILLS:-20}
AT_ONCE=5
RATE=1000 # events a second, so a second of them may be missing

sanitized && leave_out "how many events a second are: a sanitizer makes what publishes them late, and then they come at once"

# A round lives for longer than what may be missing, so that a recording that keeps nothing fails.
pause() {
	local ms=$((1050 + RANDOM % 1000))

	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
}

# The view's last line may be cut; what it shows was published before the kill.
published() {
	numbers view.json | awk -v pid=$emitting '$1 == pid { last = $2 } END { print last + 0 }'
}

check_file() {
	local last kept

	check_equal "integrity" ok "$(ask run.mwdb 'PRAGMA integrity_check')"
	check_equal "an end" 0 "$(ask run.mwdb "SELECT count(*) FROM session WHERE key = 'end_unix_ns'")"
	stored run.mwdb | awk -v pid=$emitting '$1 == pid { print $2 }' >numbers
	kept=$(wc -l <numbers)
	cmp <(seq "$kept") numbers || fail "not 1 to $kept: $(diff <(seq "$kept") numbers | head -n 5)"
	last=$(published)
	[ "$last" -gt $RATE ] || fail "only $last events were published: the round shows nothing"
	[ "$kept" -gt 0 ] || fail "$last events were published, none is in the file"
	sanitized || [ $((last - kept)) -le $RATE ] || fail "$last events were published, $kept are in the file"
	[ "$(ask run.mwdb 'SELECT count(*) FROM sample')" -gt 0 ] || fail "no sample is in the file"
	echo $((last - kept)) >missing
}

# round NUMBER: in a directory and a session of its own.
round() {
	trap at_exit EXIT
	export MEMWATCH_SESSION=round-$1
	RANDOM=$(($1 * 7919 + $$))
	mkdir "$1" && cd "$1" || exit 1
	start_watcher --interval 10ms -o run.mwdb
	plot view.json
	emitter killed < <(echo "emit 1000000 $RATE") >/dev/null 2>&1 &
	emitting=$!
	see view.json '.label == "1"'
	pause
	kill -KILL $watcher
	wait $watcher 2>/dev/null
	kill -KILL $emitting
	wait $emitting $plotter 2>/dev/null
	check_file
}

for ((first = 1; first <= KILLS; first += AT_ONCE)); do
	rounds=()
	for ((i = first; i < first + AT_ONCE && i <= KILLS; i++)); do
		(round $i) &
		rounds+=($!)
	done
	for i in "${rounds[@]}"; do
		wait "$i" || fail "a round fails (of $first to $((first + AT_ONCE - 1)))"
	done
done
check_equal "rounds" "$KILLS" "$(cat */missing | wc -l)"
echo "$KILLS kills: at most $(cat */missing | sort -n | tail -n 1) events of $RATE a second were not in the file"
