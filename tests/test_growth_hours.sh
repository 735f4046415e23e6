#!/bin/bash
# Verdicts on recordings of ten hours: a mebibyte a minute under noise of 20, what stayed behind spans, and two nights
# compared.
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH

cd "$TMPDIR" || exit 1
make_hours leaks.mwdb 1024 && make_hours sound.mwdb 0 || fail "no recordings"
for night in leaks sound; do
	memwatch report $night.mwdb --json >$night.json || fail "no report of $night"
	check_equal "wrong verdicts of $night" "" "$(jq -r '.processes[] | select(.name != "service" and .verdict.kind != .name) |
		"\(.name) is \(.verdict)"' $night.json)"
done
check_equal "the service" "leak steady" "$(jq -r '.processes[0].verdict.kind' leaks.json sound.json | xargs)"
check_equal "its figures" '[true,true,1,true,true,true,true,true]' "$(jq -c '.processes[0].verdict |
	[(.slope_per_minute / 1048576 - 1 | fabs < 0.02), .slope_low_per_minute > 1000000, .fit_tau + 0,
	.slope_passes, .fit_passes, .size_passes, .span_passes, .grows]' leaks.json)"
check_equal "what stayed" '[["I/O","read",503316000],["","parse",125829000]]' \
	"$(jq -c '[.processes[0].verdict.kept[] | [.category, .name, .bytes]]' leaks.json)"
check_equal "what stayed of nothing" '[]' "$(jq -c '.processes[0].verdict.kept' sound.json)"
check_equal "keys of a verdict" "fit_least_tau fit_passes fit_tau grown grows judged kept kind level life low_count shared_grown size \
size_least size_passes slope_high_per_minute slope_least_per_minute slope_low_least_share \
slope_low_per_minute slope_passes slope_per_minute span span_least span_least_part_count span_part_count \
span_passes step_count swing tooth_count warm_up" \
	"$(jq -r '.processes[0].verdict | keys[]' leaks.json | xargs)"

memwatch report leaks.mwdb >leaks.txt || fail "no report"
sed -n '/^GROWTH$/,/^$/p' leaks.txt >growth.txt
diff "$ROOT/tests/golden/growth.txt" growth.txt || fail "growth.txt differs"

# A part is judged by itself: in the first hour, the staircase is no more than its first level.
check_equal "an hour" "steady leak" "$(memwatch report leaks.mwdb --to 1h --json |
	jq -r '.processes[] | select(.pid == 808 or .pid == 801) | .verdict.kind' | sort -r | xargs)"

memwatch compare sound.mwdb leaks.mwdb >compared.txt || fail "no comparison"
check_equal "verdicts that differ" "VERDICT on growth
NAME                        VERDICT    WHY
service                  A  steady     does not grow in 10 h 00 min
service                  B  leak       grows without end" "$(sed -n '/^VERDICT/,/^$/p' compared.txt | sed '/^$/d')"
memwatch compare leaks.mwdb leaks.mwdb | grep VERDICT && fail "verdicts that don't differ"
check_equal "verdicts in JSON" '["steady","leak"]' "$(memwatch compare sound.mwdb leaks.mwdb --json |
	jq -c '.processes[0] | [.a.verdict, .b.verdict]')"
