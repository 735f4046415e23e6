#!/bin/bash
# What a process has beside its RSS, of real ones that are known: private memory, a file's, shared memory, forked
# children; what reading it may cost; and the same out of the session's file.
. "$ROOT/tests/session.sh"
sanitized && skip "figures of memory are checked, and sanitizers take memory of their own"

mib=$((1024 * 1024))

# figure PID KEY: the last that was told.
figure() {
	get live.json ".type == \"metrics\" and .pid == $1 and .$2 != null" ".$2" | tail -n 1
}

# near WHAT EXPECTED GOT: by 3 MiB.
near() {
	local off=$(($3 - $2))

	[ ${off#-} -lt $((3 * mib)) ] || fail "$1: expected about $2, got $3"
}

memwatchd --metrics rss,heap >/dev/null 2>refused.err
check_equal "an unknown metric's status" 2 $?
check_match "an unknown metric" "^memwatchd: metrics 'rss,heap': is no list of rss,pss,uss,swap,anon,file,shmem,hugetlb,lazyfree$" \
	"$(head -n 1 refused.err)"
memwatch --metrics pss, --pid $$ >/dev/null 2>refused.err
check_equal "an empty metric's status" 2 $?
memwatch --metrics-interval 1ms --pid $$ >/dev/null 2>refused.err
check_equal "a short interval's status" 2 $?
check_match "a short interval" "^memwatch: metrics-interval '1ms': the shortest is 100ms$" "$(head -n 1 refused.err)"

start_watcher --interval 100ms -o figures.mwdb
holder $((40 * mib)) $((24 * mib)) $((16 * mib)) 3 >holder.out &
holder=$!
wait_for 10 eval '[ "$(grep -c ready holder.out)" = 4 ]' || fail "no holder"
check_equal "what is sampled when nobody asked" '["rss"]' "$(status_of metrics | tr -d ' \n')"
plot live.json --metrics pss,uss --metrics-interval 200ms --pid $holder
see live.json ".type == \"metrics\" and .pss and .uss and .pid == $holder"
# another command adds to it
memwatch --view text --duration 1500ms --metrics swap,anon,file,shmem >text.out 2>text.err
see live.json ".type == \"metrics\" and .anon and .pid == $holder"
check_equal "all that is sampled" '["rss","pss","uss","swap","anon","file","shmem"]' "$(status_of metrics | tr -d ' \n')"
near anon $((40 * mib)) "$(figure $holder anon)"
near file $((24 * mib)) "$(figure $holder file)"
near shmem $((16 * mib)) "$(figure $holder shmem)"
check_equal swap 0 "$(figure $holder swap)"
# four have the private memory and the shared one; a child has a file's pages only once it has read them
near pss $((40 * mib / 4 + 24 * mib + 16 * mib / 4)) "$(figure $holder pss)"
near uss $((24 * mib)) "$(figure $holder uss)"
rss=$(get live.json ".type == \"sample\" and .pid == $holder" .rss | tail -n 1)
near rss $((80 * mib)) "$rss"
[ "$(figure $holder pss)" -lt $((rss - 30 * mib)) ] || fail "PSS $(figure $holder pss) is no part of RSS $rss"
check_match "the titles" '^ +TIME +PID +NAME +RSS +PSS +USS +SWAP +ANON +FILE +SHMEM +CHANGE +EVENT$' "$(head -n 1 text.out)"
check_match "a row" \
	" $holder  holder +[0-9.]+ MiB +[0-9.]+ MiB +[0-9.]+ [KM]iB +0 B +40\.[0-9] MiB +2[4-6]\.[0-9] MiB +16\.[0-9] MiB " \
	"$(cat text.out)"

# alone, it has all of it
kill $(cat /proc/$holder/task/$holder/children)
see live.json ".type == \"metrics\" and .pid == $holder and .uss > 60 * $mib"
near "pss alone" "$((80 * mib))" "$(figure $holder pss)"
near "uss alone" "$((80 * mib))" "$(figure $holder uss)"

# what that costs the process
check_match "the status" '^metrics +rss,pss,uss,swap,anon,file,shmem; pss and uss each 200 ms: [0-9.]+ [mu]s a read, [0-9.]+ [mu]s the longest, [0-9.e-]+ % of a process.s time at most$' \
	"$(memwatch status)"
check_equal "at most 1 %" true "$(memwatch status --json | jq '.rollup | .reads > 1 and .share > 0 and .share <= 0.01')"
check_equal "at most 1 % of the time that passed" true "$(jq -sR '[split("\n")[] | fromjson? | select(.read != null)] |
	([.[].read] | add) <= 0.01 * ((.[-1].t - .[0].t) + 101 * ([.[].read] | max))' live.json)"
memwatch --view text --duration 100ms --metrics pss --metrics-interval 5s >/dev/null 2>text.err
check_equal "another interval" "memwatch: session 'default' reads PSS and USS each 200 ms already, which stays" \
	"$(cat text.err)"

kill $holder
see live.json ".state == \"end\" and .pid == $holder"
# the file has what the view printed
memwatch stop
wait $watcher
wait $plotter
memwatch export figures.mwdb -o figures.jsonl || fail "no export"
check_equal "the file's figures" "$(grep '"type":"metrics"' live.json | sort)" "$(grep '"type":"metrics"' figures.jsonl | sort)"
check_equal "the report's figures" true "$(memwatch report --json figures.mwdb | jq --argjson mib $mib \
	".processes[] | select(.pid == $holder) | .last_pss > 60 * \$mib and .max_anon > 39 * \$mib and .last_swap == 0")"
check_match "the report's table" '^ +PID NAME +PSS LAST +PSS MAX +USS LAST +USS MAX +SWAP LAST +SWAP MAX +ANON LAST' \
	"$(memwatch report figures.mwdb)"
memwatch export figures.mwdb -o figures.csv
check_equal "the table's titles" \
	"t_s,wall,pid,name,rss_bytes,event,pss_bytes,uss_bytes,swap_bytes,anon_bytes,file_bytes,shmem_bytes,rss_age_s,peak_rss_bytes,peak_exact" \
	"$(head -n 1 figures.csv)"
check_equal "fields of a row" 15 "$(grep -v '"' figures.csv | awk -F, '{ print NF }' | sort -u)"
memwatch export figures.mwdb -o figures.json
check_equal "counters for Chrome" "ANON FILE PSS RSS SHMEM SWAP USS" "$(jq -r '[.traceEvents[] | select(.ph == "C" and
	.name != "RSS peak") | .name] | unique | join(" ")' figures.json)"
check_equal "their values" "$(jq -r 'select(.type == "metrics" and .anon) | .anon' figures.jsonl)" \
	"$(jq -r '.traceEvents[] | select(.ph == "C" and .name == "ANON") | .args.bytes' figures.json)"
memwatch export figures.mwdb -o figures.pftrace
for name in PSS USS SWAP ANON FILE SHMEM; do
	check_equal "tracks for Perfetto called $name" 1 "$(grep -a -o "$name" figures.pftrace | wc -l)"
done
check_match "a replay" ' 40\.[0-9] MiB ' "$(memwatch replay --view text figures.mwdb)"
exit 0
