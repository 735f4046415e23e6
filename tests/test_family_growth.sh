#!/bin/bash
# Growth is of memory of one's own, and a family is judged, compared and limited as a family: real programs.
# Runs alone: it judges curves of 6 s, which a busy machine bends.
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH
unset MEMWATCH_SESSION

cd "$TMPDIR" || exit 1
at_exit() {
	kill -KILL $(jobs -p) 2>/dev/null
}
trap at_exit EXIT

# judge NAME OPTION... -- COMMAND: recorded in NAME.mwdb, in the background; its status goes to NAME.rc.
judge() {
	local name=$1

	shift
	(memwatch run -i 50ms --view text -o "$name.mwdb" "$@" >/dev/null 2>"$name.err"; echo $? >"$name.rc") &
}

head -c 60M /dev/zero >data
judge map --fail-on-growth 1M/min -- family_memory map data 6
judge pile --fail-on-growth 1M/min -- family_memory pile 20 6.5
wait
judge write --metrics pss --metrics-interval 200ms -- family_memory write 20 2 6.5
wait
judge hold --metrics pss --metrics-interval 200ms --limit-total 90M -- family_memory hold 60 4 3
judge two -- family_memory hold 10 2 2
judge eight -- family_memory hold 10 8 2
judge again -- family_memory hold 10 2 2
wait

# a file that is read is no leak, and is told as what it is
check_equal "a mapped file: $(cat map.err)" 0 "$(cat map.rc)"
check_equal "its verdict" '["steady","own",true]' "$(memwatch report map.mwdb --json |
	jq -c '.processes[0].verdict | [.kind, .judged, .shared_grown > 50000000]')"
check_match "what came of the file" '\+[56][0-9]\.[0-9] MiB more of files and shared memory, which is not its own' \
	"$(memwatch report map.mwdb)"

# none of them grows, but all do
check_equal "workers that pile up: $(cat pile.err)" 3 "$(cat pile.rc)"
check_match "what is said of them" '^memwatch: the 21 processes of the command grow together ' "$(cat pile.err)"
check_equal "its report" true "$(memwatch report pile.mwdb --json | jq .total.verdict.grows)"

# a fork takes no memory
check_equal "what shares 60 MiB: $(cat hold.err)" 0 "$(cat hold.rc)"
check_equal "the totals" '[true,true]' "$(memwatch report hold.mwdb --json |
	jq -c '.total | [.max_rss > 280000000, .max_pss < 90000000]')"
check_match "their rows" '
 +- total RSS .*
 +- total PSS ' "$(memwatch report hold.mwdb)"

# until it is written to
check_equal "what is unshared" '["pss",true]' "$(memwatch report write.mwdb --json |
	jq -c '.total | [.verdict.judged, .verdict.kind != "steady" and .max_pss > 55000000]')"

# two and eight, each as large
memwatch compare two.mwdb eight.mwdb --fail-above 10% >compared 2>said
status=$?
check_equal "eight where there were two: $(cat said)" 3 $status
check_match "what is said" "the total \(RSS, shared once\) grew by" "$(cat said)"
memwatch compare two.mwdb again.mwdb --fail-above 10%,2MiB >compared 2>said
status=$?
check_equal "the same again: $(cat said)" 0 $status
