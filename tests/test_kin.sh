#!/bin/bash
# Who is of a family: those that came and went unseen are counted, and nobody else; memwatch's own programs are not of it; a
# child that has its parent's memory doesn't count twice; and there may be more processes than descriptors.
. "$ROOT/tests/session.sh"
look_for_no_leaks

# lines FILE: processes that began
lines() {
	jq -c 'select(.type == "process" and .state == "begin" and .pid != 0)' "$1" | grep -c .
}

# unseen FILE: how many it says
unseen() {
	jq -r 'select(.category == "family") | .label' "$1" | sed -nE 's/^(at least )?([0-9]+) process.* unseen$/\2/p' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# --- a program that forks nothing

for i in $(seq 40); do
	memwatch run --view json -- true >alone.json || fail "run"
	check_equal "the unseen of a program that forks nothing" 0 "$(unseen alone.json)"
	check_equal "its lines" 1 "$(lines alone.json)"
done

# --- many that hardly live: each once; fewer only where the kernel doesn't tell

memwatch run --view json -- sh -c 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i + 1)); done' >many.json || fail "run"
told=$(($(lines many.json) + $(unseen many.json)))
if jq -r .label many.json | grep -q '^at least'; then
	[ $told -le 301 ] || fail "of 301 processes $told are told"
else
	check_equal "the processes that are told" 301 $told
fi

# --- programs of memwatch in what is run, and what these run

cat >script.sh <<'END'
for i in 1 2 3 4 5; do memwatch event "step $i"; done
memwatch run --view json -- sleep 0.4 >inner.json
END
memwatch run --view json -i 50ms -- sh script.sh >own.json || fail "run: $(cat own.json)"
check_equal "the processes" "sh sleep" \
	"$(jq -r 'select(.state == "begin") | .name' own.json | sort -u | xargs)"
check_equal "the events" 5 "$(get own.json '.type == "event" and (.label | startswith("step"))' .label | grep -c .)"
check_equal "names of memwatch" "" "$(jq -r 'select(.name | startswith("memwatch")) | .name' own.json)"

# --- memory that two have counts once

if sanitized tsan; then
	leave_out "a child that has its parent's memory: ThreadSanitizer makes a fork of a vfork"
else
	memwatch run --view json -i 50ms -- vforker 50000000 400 >vfork.json || fail "run"
	check_equal "the lines of a vfork" 1 "$(lines vfork.json)"
	check_equal "twice the memory" "" "$(jq -r 'select(.type == "sample" and .rss > 80000000) | .rss' vfork.json)"
fi

# --- more processes than descriptors: said, and followed all the same

cat >many.sh <<'END'
for i in $(seq 150); do sleep 100 & done
for try in $(seq 200); do
	memwatch status --json >few.status
	[ "$(jq '.processes + .unfollowed' few.status)" -gt 150 ] && break
	sleep 0.1
done
sleep 0.5 # samples
kill $(jobs -p)
wait
END
(
	ulimit -n 128
	memwatch run --view json -i 100ms -o few.mwdb -- bash many.sh >few.json 2>few.err
) || fail "run with few descriptors: $(cat few.err)"
followed=$(jq '.processes + .unfollowed' few.status)
[ "$followed" -ge 150 ] || fail "of 150 processes $followed are known: $(cat few.status)"
jq -e '.lean > 0' few.status >/dev/null || fail "none is followed without descriptors: $(cat few.status)"
check_match "the notice" 'few descriptors are left \(ulimit -n 128\)' "$(jq -r 'select(.category == "memwatch").label' few.json)"
check_equal "samples of the last" true "$(jq -rs '[.[] | select(.type == "sample" and .name == "sleep") | .pid] | unique | length >= 140' few.json)"
exit 0
