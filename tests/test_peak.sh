#!/bin/bash
# 200 MB that a process has for 5 ms between two samples four seconds apart: the kernel's peak is told before the second,
# with the highest sample beside it, wherever a peak is told.
# Runs alone: a spike of 5 ms is to fall between two samples.
. "$ROOT/tests/session.sh"

size=200000000

# peak_of KEY: of the process in `memwatch list`.
peak_of() {
	memwatch list --json | jq ".[] | select(.pid == $spike) | .$1"
}

told() {
	[ "$(peak_of peak_rss)" -ge $size ]
}

spiked() {
	[ "$(grep -c spike spike.out)" -ge "$1" ]
}

start_watcher --interval 4s -o peak.mwdb --metrics swap,uss --metrics-interval 500ms
spike $size 5 >spike.out &
spike=$!
memwatch add $spike || fail "cannot follow"
plot live.json
check_equal "what memwatchd was told to sample" rss,uss,swap,0.5 \
	"$(memwatch status --json | jq -r '[.metrics[], .rollup.interval] | map(tostring) | join(",")')"
screen=$(memwatch list | awk -v pid=$spike '$1 == pid { print $3 $4, $5 $6, $7 $8 }')
check_match "the columns RSS, MAX and PEAK" '^[0-9.]+[KM]iB [0-9.]+[KM]iB [0-9.]+[KM]iB$' "$screen"
# right after a sample there is most of four seconds until the next one
count=$(get live.json '.type == "sample"' .t | wc -l)
see live.json '.type == "sample" and .t > 0.5'
wait_for 12 eval '[ "$(get live.json ".type == \"sample\"" .t | wc -l)" -gt $((count + 1)) ]' || fail "no samples"
kill -USR1 $spike
wait_for 5 spiked 1 || fail "no spike"
wait_for 3 told || fail "the peak is not told: $(memwatch list)"
[ "$(peak_of max_rss)" -lt 50000000 ] || fail "it was sampled: $(peak_of max_rss)"
kill $spike
see live.json '.state == "end"'
check_equal "the end's figures" true \
	"$(get live.json '.state == "end"' ".peak_rss >= $size and .max_rss < 50000000")"
memwatch stop
wait $watcher
check_equal "the report's figures" true \
	"$(memwatch report --json peak.mwdb | jq ".processes[0] | .peak_rss >= $size and .max_rss < 50000000")"
check_match "the report's MAX and PEAK" ' MAX +AT +LAST +PEAK$' "$(memwatch report peak.mwdb)"
check_match "the replay's words" 'process ends: .*, last [0-9.]+ [KM]iB, peak (19[0-9]|20[0-9]) MiB, sampled [0-9.]+ [KM]iB$' \
	"$(memwatch replay --view text peak.mwdb)"
memwatch export peak.mwdb -o peak.csv
check_match "the table's words" 'process ends: .*, peak [0-9]{9} bytes, sampled [0-9]+ bytes",*$' "$(cat peak.csv)"

# and what `run` says at the end, of a peak that only the parent is told of
memwatch run --view text --interval 1s -- sh -c 'spike 200000000 5 --end & sleep 0.1; kill -USR1 $!; wait' >run.out
check_match "the run's end" 'process ends: exited with status 0, last .*, peak' "$(cat run.out)"
exit 0
