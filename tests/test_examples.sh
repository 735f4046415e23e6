#!/bin/bash
# The examples that no other test runs, each in a session: what they tell is there.
. "$ROOT/tests/session.sh"

# told NAME: category and label of the events of the lines of that name, in order, spans at their end.
told() {
	# the command that emits is so large with a sanitizer that its family says its peak
	jq -r "select(.type == \"event\" and .name == \"$1\" and .kind != \"begin\" and .category != \"family\") | \"\(.category)/\(.label)\"" records.json | xargs -d '\n'
}

start_watcher --interval 50ms

"$O/examples/hello" &
[ -e "$O/python/memwatch" ] && PYTHONPATH=$O/python in_python /usr/bin/python3 "$ROOT/examples/hello.py" &
[ -e "$O/examples/scope" ] && { "$O/examples/scope" || fail "scope"; }
memwatch run --session default --view json -- "$ROOT/examples/event.sh" >/dev/null || fail "event.sh"
wait $(jobs -p | grep -vx "$watcher")
memwatch --view json --window 1h --duration 300ms >records.json
check_equal "event.sh" "/sorting /sorted 300000 numbers /done" "$(told event.sh)"
if [ -e "$O/examples/scope" ]; then
	check_equal "scope" "I/O/read_numbers CPU/sort_numbers CPU/check_sum error/there is no sum to compare with" "$(told scope)"
fi
if [ -e "$O/python/memwatch" ]; then
	check_equal "hello and hello.py" "2 /50 MB read 2 /done 2 /started 1 I/O/read" \
		"$(jq -r 'select(.type == "event" and .kind != "begin" and .pid != 0) |
			select(.name != "event.sh" and .name != "scope") | "\(.category)/\(.label)"' records.json | sort | uniq -c | xargs)"
fi

# --- the recorder leaves nothing behind, however it ends

mkdir chunks
TMPDIR=$PWD/chunks MEMWATCH=off "$O/examples/recorder" --seconds 30 >/dev/null &
recorder=$!
sleep 0.2
kill -KILL $recorder
wait $recorder 2>/dev/null
check_equal "a recorder that was killed" "" "$(ls chunks)"
