#!/bin/bash
# memwatch inspect on real processes: what their memory is made of, what grew, what may not be read.
. "$ROOT/tests/session.sh"

# Whose allocator is another one, and keeps no heap that is known as such.
sanitized && skip "what malloc takes is to be told, and a sanitizer has a malloc of its own"

MIB=1048576

# keep NAME: a keeper in the background; its pid is in $NAME, and `tell NAME COMMAND` has it done.
keep() {
	mkfifo "$1.in" "$1.out"
	keeper <"$1.in" >"$1.out" &
	printf -v "$1" %d $!
	exec {fd}>"$1.in"
	printf -v "$1_in" %d "$fd"
	exec {fd}<"$1.out"
	printf -v "$1_out" %d "$fd"
}

tell() {
	local in=$1_in out=$1_out answer
	echo "${*:2}" >&"${!in}"
	read -r -t 10 answer <&"${!out}" || fail "$1 has not done: ${*:2}"
}

# kind FILE FIGURE KIND [WHAT]: of the one kind in a result of --json; a pattern on what it is.
kind() {
	jq -r --arg kind "$3" --arg what "${4-^\$}" \
		"[.kinds[] | select(.kind == \$kind and (.what | test(\$what))) | .$2] | if length == 1 then .[0] else \"\(length) of them\" end" "$1"
}

# rollup PID FIELD: in bytes, as the kernel adds it up.
rollup() {
	awk -v field="$2:" '$1 == field { print $2 * 1024 }' "/proc/$1/smaps_rollup"
}

between() { # WHAT LEAST MOST GOT
	[ "$4" -ge "$2" ] && [ "$4" -le "$3" ] || fail "$1: expected $2 to $3, got $4"
}

keep one

# --- all of it, with no session: a watcher comes and goes

head -c $((3 * MIB)) /dev/urandom >mapped.data
tell one heap $((5 * MIB))
tell one anonymous $((7 * MIB))
tell one file "$PWD/mapped.data"
tell one shared "/memwatch-test-$$" $((2 * MIB))
tell one stack $((512 * 1024))
memwatch inspect $one --json >all.json || fail "inspect"
jq -e . all.json >/dev/null || fail "no JSON: $(cat all.json)"
wait_for 5 absent || fail "the watcher stays"
check_equal "whose" "$one keeper" "$(jq -r '"\(.pid) \(.name)"' all.json)"
check_equal "mappings" "$(wc -l <"/proc/$one/maps")" "$(jq .mappings all.json)"
for pair in rss:Rss private_dirty:Private_Dirty swap:Swap; do
	check_equal "${pair#*:} of all" "$(rollup $one ${pair#*:})" "$(jq ".${pair%:*}" all.json)"
done
# which changes as others that share a library come and go
between "PSS of all" "$(jq .private_dirty all.json)" "$(jq .rss all.json)" "$(jq .pss all.json)"
for figure in mappings size rss pss private_dirty swap hugetlb; do
	jq -e "([.kinds[].$figure] | add) == .$figure" all.json >/dev/null || fail "the kinds' $figure are not the sum"
done
jq -e '[.kinds[].rss] | . == (sort | reverse)' all.json >/dev/null || fail "not the largest first: $(cat all.json)"
between "heap" $((5 * MIB)) $((6 * MIB)) "$(kind all.json rss heap)"
between "anonymous" $((7 * MIB)) $((8 * MIB)) "$(kind all.json rss anonymous)"
check_equal "the file, removed" $((3 * MIB)) "$(kind all.json rss file 'mapped.data \(deleted\)$')"
check_equal "shared memory" $((2 * MIB)) "$(kind all.json rss shared "^/dev/shm/memwatch-test-$$ \\(deleted\\)$")"
between "stacks" $((512 * 1024)) $((1024 * 1024)) "$(kind all.json rss stack)"
check_equal "libc" 1 "$(jq '[.kinds[] | select(.kind == "library" and (.what | test("/libc\\.so")))] | length' all.json)"

# --- the table

memwatch inspect $one >table || fail "inspect as text"
check_match "its first line" "^Partition of [0-9]+ mappings of keeper \($one\)\. Total RSS = $(jq .rss all.json) bytes \([0-9.]+ MiB\)\.$" \
	"$(head -n 1 table)"
check_match "its head" "^ Index  Count   %  +Size   % Cumulative   %  +PSS Private dirty  Kind$" "$(sed -n 2p table)"
check_match "its first row" "^     0 +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+  anonymous$" "$(sed -n 3p table)"
check_equal "rows" "$(jq '.kinds | length' all.json)" "$(memwatch inspect --all $one | grep -cE '^ +[0-9]+ ')"
tell one shared "/memwatch-test-$$-$(printf '\e[2J')" 4096
memwatch inspect --all $one >table || fail "inspect --all"
grep -q $'\e' table && fail "a terminal's sequence came through"
grep -qF 'shared memory /dev/shm/memwatch-test-'"$$"'-\x1b[2J (deleted)' table || fail "no such kind: $(cat table)"

# --- in a session: what is not followed is not afterwards either; a recording keeps it

start_watcher --interval 50ms -o kept.mwdb
plot live.jsonl
memwatch inspect $one >/dev/null || fail "inspect in a session"
check_equal "followed afterwards" "" "$(memwatch list --json | jq -r '.[].pid')"
memwatch add $one
memwatch inspect $one --json >again.json || fail "inspect one that is followed"
check_equal "followed still" $one "$(memwatch list --json | jq -r '.[].pid')"
check_equal "the second of the session" 2 "$(jq .number again.json)"

# --- what grew

memwatch inspect $one --diff 300ms >nothing || fail "--diff"
check_match "nothing grew" "^Nothing grew in keeper \($one\) in [0-9]+ ms: RSS .* MiB to .* MiB, \+0 B \(\+0 bytes\)\.$" "$(cat nothing)"

# grows OPTION...: the heap, by 20 MiB, and a mapping of 3 MiB, between the two looks of an inspect --diff to `grown`.
grows() {
	local looked
	looked=$(grep -c '"type":"inspection".*"index":0,' live.jsonl)
	memwatch inspect $one --diff 1s "$@" >grown &
	inspect=$!
	wait_for 5 eval '[ "$(grep -c "\"type\":\"inspection\".*\"index\":0," live.jsonl)" -gt '"$looked"' ]' || fail "no first look"
	tell one heap $((20 * MIB))
	tell one anonymous $((3 * MIB))
	wait $inspect || fail "inspect --diff $*"
}
grows
check_match "growth" "^Growth of keeper \($one\) in 1\.[0-9]+ s: RSS .*, \+23\.[0-9] MiB \(\+24[0-9]{6} bytes\)\.$" "$(head -n 1 grown)"
check_match "the largest growth" "^heap +[0-9]+ +\+2[01][0-9]{6} +[0-9]+ +\+0$" "$(sed -n 3p grown)"
check_match "the next" "^anonymous +[0-9]+ +\+3145728 +[0-9]+ +\+[01]$" "$(sed -n 4p grown)"
grows --json
between "growth of the heap in JSON" $((20 * MIB)) $((21 * MIB)) "$(kind grown rss_growth heap)"
check_equal "growth of the rest in JSON" $((3 * MIB)) "$(kind grown rss_growth anonymous)"
jq -e '.duration > 1 and .duration < 3 and .rss_growth == ([.kinds[].rss_growth] | add)' grown \
	>/dev/null || fail "growth: $(cat grown)"

# --- at a milestone

memwatch inspect $one --on-event 'batch 7' --timeout 20s --json >event.json &
inspect=$!
wait_for 5 eval '[ "$(memwatch status --json | jq .plotters)" = 2 ]' || fail "it is not attached"
sleep 0.2
memwatch event --pid $one 'batch 70'
memwatch event 'batch'
[ -s event.json ] && fail "another milestone was taken for it"
kill -0 $inspect || fail "it did not wait"
memwatch event --pid $one 'batch 7'
ends "inspect --on-event" $inspect 0
event=$(get live.jsonl '.label == "batch 7"' .t)
jq -e --argjson event "$event" '.t >= $event and .t < $event + 0.1' event.json >/dev/null ||
	fail "not when it happened: $event, $(jq -c 'del(.kinds)' event.json)"
memwatch inspect $one --on-event everybody >everybody &
inspect=$!
wait_for 5 eval '[ "$(memwatch status --json | jq .plotters)" = 2 ]' || fail "it is not attached"
wait_for 5 eval 'memwatch event everybody; [ -s everybody ]' || fail "the session's own milestone was not taken"
wait $inspect
refused 1 "pid $one: 'never' did not happen in the time given" memwatch inspect $one --on-event never --timeout 100ms

# --- gone in between

sleep 0.5 &
refused 1 "pid $!: exited with status 0 before 'never' happened" memwatch inspect $! --on-event never
sleep 0.5 &
refused 1 "pid $!: exited with status 0 before the second look at its memory" memwatch inspect $! --diff 20s

# --- what may not be read, and what makes no sense

refused 1 "pid $NO_PID: no such process" memwatch inspect $NO_PID
refused 2 "pid 'x': is no process id" memwatch inspect x
refused 2 "'inspect' needs PID" memwatch inspect
refused 2 "--timeout: says how long" memwatch inspect $one --timeout 1s
refused 2 "--on-event '': is no label" memwatch inspect $one --on-event ''
! grep -q '^Kthread:[[:space:]]*1\|^Name:[[:space:]]*kthreadd' /proc/2/status ||
	refused 1 "pid 2: is a kernel thread" memwatch inspect 2
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ] && $nobody sh -c '"$0" --version' "$O/memwatchd" >/dev/null 2>&1; then
	mkdir -m 700 theirs && chown 65534:65534 theirs && chmod 711 .
	refused 1 "pid $one: is a process of user 0: what its memory is made of only that user and root may read$" \
		env XDG_RUNTIME_DIR="$PWD/theirs" $nobody memwatch inspect $one
	mkfifo hidden.in
	$nobody "$O/tests/keeper" <hidden.in >hidden.out &
	hidden=$!
	exec 9>hidden.in
	echo hide >&9
	wait_for 5 grep -q done hidden.out
	refused 1 "pid $hidden: is protected \(not dumpable, " env XDG_RUNTIME_DIR="$PWD/theirs" $nobody memwatch inspect $hidden
	memwatch inspect $hidden >/dev/null || fail "root may"
else
	echo "not tried: another user's process, for which root is needed"
fi

# --- what was kept

count=$(jq -nR '[inputs | fromjson? | select(.type == "inspection" and .index == 0 and .kinds > 0)] | length' live.jsonl)
memwatch stop
wait $watcher $plotter
memwatch report kept.mwdb --json | jq '.inspections' >kept.json
check_equal "inspections in the report" "$count" "$(jq length kept.json)"
check_equal "the second one" "$(jq -cS . again.json)" "$(jq -cS '.[] | select(.number == 2)' kept.json)"
memwatch report kept.mwdb >report
check_equal "inspections in the report as text" "$count" "$(sed '1,/^INSPECTIONS/d' report | grep -c '^at .* s: Partition of [0-9]* mapping')"
memwatch export kept.mwdb -o kept.jsonl
check_equal "inspections as lines" "$(grep '"type":"inspection"' kept.jsonl | grep -vc '"kinds":0}')" \
	"$(jq '[.[].kinds | length] | add' kept.json)"

# --- 5,000 mappings

keep many
tell many mappings 5000
memwatch inspect $many --json >many.json || fail "inspect of many"
between "mappings of many" 5000 5100 "$(jq .mappings many.json)"
between "anonymous of many" $((2500 * 4096)) $((2600 * 4096)) "$(kind many.json rss anonymous)"
check_equal "RSS of many" "$(rollup $many Rss)" "$(jq .rss many.json)"
