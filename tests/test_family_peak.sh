#!/bin/bash
# Peaks that no sample shows: what a command's child has at its end, what a command has that ends at once, what the OOM
# killer takes. Each is told, and counts.
. "$ROOT/tests/session.sh"

MIB=1048576

# --- a grandchild that rises to 60 MiB and ends between two looks: told, the total's peak, and above the limit

for i in 1 2 3 4 5; do
	memwatch record --force --limit 30M -o late.mwdb -- sh -c 'grow 63000000 1 --end; true' 2>late.err
	status=$?
	check_equal "status where a grandchild is above the limit: $(cat late.err)" 3 $status
	memwatch report --json late.mwdb >late.json || fail "report"
	peak=$(jq '[.processes[].peak_rss, .total.peak_rss | numbers] | max' late.json)
	[ "${peak:-0}" -ge $((58 * MIB)) ] || fail "the peak of all is $peak: $(cat late.json)"
	check_match "the line of record" 'crossed the limit of 30\.0 MiB' "$(cat late.err)"
done
memwatch record --force --limit-total 30M -o late.mwdb -- sh -c 'grow 63000000 1 --end; true' 2>late.err
status=$?
check_equal "status where a grandchild is above the limit of all: $(cat late.err)" 3 $status
memwatch record --force --limit 90M --limit-total 90M -o late.mwdb -- sh -c 'grow 63000000 1 --end; true' 2>late.err
status=$?
check_equal "status where none is above: $(cat late.err)" 0 $status

# one that is gone within the millisecond in which it came has no line in any case, and a peak in words

memwatch record --force -i 10s -o words.mwdb -- sh -c 'sleep 0.3; perl -e "\$x = q(x) x 50e6"; true' 2>/dev/null
check_equal "peak of the total" true "$(memwatch report --json words.mwdb | jq ".total.peak_rss > 45 * $MIB")"
lines=$(memwatch report --json words.mwdb | jq '[.processes[] | select(.name == "perl")] | length')
[ "$lines" -gt 0 ] || check_match "it is told" 'a descendant: [0-9.]+ MiB, not seen while it ran' "$(memwatch report words.mwdb)"

# --- a command that ends at once has a peak, which is drawn

for i in 1 2 3 4 5; do
	memwatch record --force -o true.mwdb -- true 2>true.err || fail "record: $(cat true.err)"
	memwatch report --json true.mwdb | jq -e '.processes[0].peak_rss | . > 1000000 and . < 4000000' >/dev/null ||
		fail "peak of true: $(memwatch report --json true.mwdb | jq -c '.processes')"
	memwatch export true.mwdb -o true$i.svg || fail "a picture of true"
done
memwatch run --view json -- true >run.json
has run.json '.state == "end" and .peak_rss > 1000000 and (.peak_kind == "at most" or .peak_kind == "exact")' ||
	fail "the end of true: $(cat run.json)"
memwatch run --view json -- perl -e '$x = "x" x 50e6' >run.json
has run.json ".state == \"end\" and .peak_rss > 45 * $MIB and .peak_kind == \"exact\"" || fail "a peak of its own: $(cat run.json)"

# --- what the OOM killer takes

group=/sys/fs/cgroup/memory/memwatch-test-$$
if [ "$(id -u)" = 0 ] && mkdir "$group" 2>/dev/null; then
	echo $((60 * MIB)) >"$group/memory.limit_in_bytes"
	memwatch record --force -i 10s -o oom.mwdb -- sh -c "echo \$\$ >$group/tasks
		perl -e '\$x .= q(x) x 1e6 for 1 .. 200'; true" 2>/dev/null
	rmdir "$group"
	check_equal "peak of what the OOM killer took" true \
		"$(memwatch report --json oom.mwdb | jq "[.processes[].peak_rss, .total.peak_rss | numbers] | max > 40 * $MIB")"
fi
exit 0
