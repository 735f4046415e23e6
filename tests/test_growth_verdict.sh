#!/bin/bash
# Thirty real programs of known behaviour, recorded at once, each get their verdict; report and run tell it, and run fails
# where memory leaks.
# Runs alone: it judges curves of 6 s, which a busy machine bends.
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH
S=6.3 # seconds that each lives

cd "$TMPDIR" || exit 1
mkfifo go || fail "no FIFO"

# expected verdict, kind, level, size, at, noise, rise: a mebibyte a minute under noise of 20 over ten hours is 24 under 0.8
# here, and less.
programs() {
	cat <<'END'
steady steady 8 0 0 0 0
steady steady 8 0 0 0.2 0
steady steady 12 0 0 0.8 0
steady steady 24 0 0 1.2 0
steady steady 40 0 0 2 0
steady steady 16 0 0 0.05 0
sawtooth sawtooth 6 12 3 0 0
sawtooth sawtooth 6 16 5 0.3 0
sawtooth sawtooth 10 20 7.4 0.5 0
sawtooth sawtooth 4 10 11 0.2 0
sawtooth sawtooth 16 24 16.5 0.2 0
sawtooth sawtooth 20 30 2.7 0.5 0
warm-up warm-up 4 24 0.05 0.2 0
warm-up warm-up 8 30 0.08 0.5 0
warm-up warm-up 8 20 0.12 0 0
warm-up ramp 6 24 0.3 0.3 0
warm-up ramp 10 30 0.5 0.5 0
warm-up step 10 16 0.4 0.3 0
staircase staircase 6 24 4 0.2 0
staircase staircase 10 30 5 0.3 0
staircase staircase 4 28 7 0 0
staircase staircase 12 20 3 0.2 0
staircase staircase 8 32 8 0.2 0
staircase staircase 20 16 4 0.1 0
leak leak 10 24 0 0.8 0
leak leak 10 10 0 0.8 0
leak leak 30 6 0 0.6 0
leak leak 5 40 0 4 0
leak warm-leak 6 16 0.04 0.3 12
leak sawtooth-leak 6 8 9 0.1 24
END
}

# Each has a name of its own, by which it is found again.
pids=
number=0
while read -r expected kind rest; do
	number=$((number + 1))
	ln -s "$O/tests/behave" "p$number-$expected"
	set -- $rest
	"./p$number-$expected" "$kind" $S "$@" go &
	pids+=,$!
done < <(programs)
check_equal "programs" 30 $number

memwatch record -i 20ms -o all.mwdb --session all --pid "${pids#,}" 2>said &
recorder=$!
followed() { [ "$(memwatch list --session all --json 2>/dev/null | jq length)" = 30 ]; }
wait_for 5 followed || fail "not all are followed: $(cat said)"
exec 3>go

# Meanwhile, as commands that are run: what becomes of each exit status.
gate() { # NAME RATE COMMAND...
	local name=$1 rate=$2
	shift 2
	memwatch run -i 20ms --session "$name" --view text --fail-on-growth "$rate" -- "$@" >"$name.out" 2>"$name.err"
	echo $? >"$name.status"
}
gate leaks 1M/min behave leak $S 10 24 0 0.8 0 &
gate steady 1M/min behave steady $S 10 0 0 0.5 0 &
gate allowed 1G/min behave leak $S 10 24 0 0.8 0 &
gate fails 0 sh -c "behave leak $S 10 24 0 0 0; exit 7" &
gate short 1M behave leak 1 10 24 0 0 0 &
(memwatch run -i 20ms --session recorded --view text --fail-on-growth 60MiB/h -o run.mwdb -- \
	behave staircase $S 6 24 4 0.1 0 >recorded.out 2>recorded.err
echo $? >recorded.status) &
exec 3>&-
wait

# --- the thirty

[ -s all.mwdb ] || fail "no recording: $(cat said)"
memwatch report all.mwdb --json >all.json || fail "no report"
wrong=$(jq -r '.processes[] | (.name | sub("^p[0-9]+-"; "")) as $expected | select(.verdict.kind != $expected) |
	"\(.name): \(.verdict | del(.kept))"' all.json)
check_equal "wrong verdicts" "" "$wrong"
check_equal "verdicts" '{"leak":6,"sawtooth":6,"staircase":6,"steady":6,"warm-up":6}' \
	"$(jq -c '[.processes[].verdict.kind] | group_by(.) | map({(.[0]): length}) | add' all.json)"
check_equal "which grow" "12" "$(jq '[.processes[] | select(.verdict.grows)] | length' all.json)"
memwatch report all.mwdb --name '^p25-' >leak.txt
check_match "a leak's slope" '^ +slope +\+2[0-9][0-9] MiB a minute, 95 %: .*least \+1 KiB, its low end 60 % of it +passes$' \
	"$(cat leak.txt)"
check_match "its fit" '^ +fit +[01]\.[0-9]{2} +least 0\.60 +passes$' "$(cat leak.txt)"
check_match "its size" '^ +size +\+2[0-9]\.[0-9] MiB +least \+1\.0 MiB +passes$' "$(cat leak.txt)"
check_match "its span" '^ +span +[56]\.[0-9]+ s in [0-9]+ parts +least 5 s in 24 +passes$' "$(cat leak.txt)"

# --- the exit statuses

status() { check_equal "status of $1: $(cat "$1.err")" "$2" "$(cat "$1.status")"; }
status leaks 3
check_match "a leak" '^memwatch: behave\[[0-9]+\] grows \(leak\) by more than 1\.0 MiB a minute: slope \+2[0-9][0-9] MiB a' \
	"$(cat leaks.err)"
check_equal "lines of it" 1 "$(wc -l <leaks.err)"
status steady 0
check_equal "a steady one" "" "$(cat steady.err)"
status allowed 0
check_equal "one whose growth is allowed" "" "$(cat allowed.err)"
status fails 7
status short 1
check_match "a short one" "^memwatch: --fail-on-growth cannot be judged: no process of behave lived for 5 s and 32 intervals; " "$(cat short.err)"
check_equal "lines of it" 1 "$(wc -l <short.err)"

status recorded 3
check_match "a recorded staircase" '^memwatch: behave\[[0-9]+\] grows \(staircase\) by more than 1\.0 MiB a minute: slope ' \
	"$(cat recorded.err)"
check_equal "its recording" "staircase" "$(memwatch report run.mwdb --json | jq -r '.processes[].verdict.kind')"

for rate in x 1M/year 1M/ /min -1 1M/min/h; do
	memwatch run --fail-on-growth $rate -- true >out 2>said
	check_equal "status of the rate $rate" 2 $?
	check_equal "message of the rate $rate" \
		"memwatch: fail-on-growth '$rate': is no rate of growth (1M/min, 10MiB/h, 512K, which is a minute's)" "$(cat said)"
done
