#!/bin/bash
# What people type: PIDs with no option, help, a slip of the finger, sizes and times in their own forms, names of their own.
. "$ROOT/tests/session.sh"

sleep 1000 &
one=$!
sleep 1000 &
two=$!

# --- PIDs as arguments, as many as pidof prints; of each command that takes any

memwatch $one $two --view json -d 300ms -i 50ms >pids.json || fail "memwatch PID PID"
check_equal "those that are followed" "$(printf '%s\n' $one $two | sort)" \
	"$(get pids.json '.type == "process"' .pid | sort -u)"
memwatch --view json -d 300ms -p $one $two >mixed.json || fail "memwatch -p PID PID"
check_equal "with an option before" "$(printf '%s\n' $one $two | sort)" \
	"$(get mixed.json '.type == "process"' .pid | sort -u)"
for way in "$one" "--pid $one" "-p $one"; do
	check_match "inspect $way" "^Partition of [0-9]+ mappings of sleep \($one\)" "$(memwatch inspect $way)"
done
refused 2 "'inspect' needs PID" memwatch inspect
refused 2 "'inspect' looks into one process, not 2" memwatch inspect $one $two
refused 2 "'nap': is no PID; a command comes before its options" memwatch --view text nap
refused 2 "pid '12x': is no process id" memwatch 12x
start_watcher --interval 50ms
memwatch add --pid $one,$two --as nap || fail "add --pid"
check_equal "their name" "nap nap" "$(memwatch list --json | jq -r 'map(.name) | join(" ")')"
memwatch drop $one --pid $two || fail "drop --pid"
check_equal "those that are left" 0 "$(memwatch list --json | jq 'map(select(.ended | not)) | length')"

# a rule for a running session

sleep 2000 &
rule=$!
memwatch add --name '^sleep 2000$' --full || fail "add --name"
wait_for 10 eval "memwatch list --json | jq -e 'any(.pid == $rule)'" || fail "the rule finds nobody: $(memwatch list)"
check_equal "whom else it finds" 0 "$(memwatch list --json | jq "map(select(.pid == $one)) | length")"
sleep 2001 &
memwatch add --name '^sleep 2001$' --full --as rested || fail "add --name --as"
wait_for 10 eval "memwatch list --json | jq -e 'any(.pid == $! and .name == \"rested\")'" ||
	fail "the rule's name: $(memwatch list)"
check_match "the rules" 'as rested' "$(memwatch status --json | jq -c .rules)"
refused 2 "'add' needs PID, or --name, --user, --cgroup or --unit" memwatch add
refused 2 "--full: is about --name" memwatch add --full
memwatch stop

# --- help, of all and of one

check_equal "help" "$(memwatch --help)" "$(memwatch help)"
check_equal "help run" "$(memwatch run --help)" "$(memwatch help run)"
check_match "the list has it" '^  help ' "$(memwatch help)"
refused 2 "'rnu': there is no such command: did you mean run\?" memwatch help rnu

# --- near misses, and what is near to nothing

for slip in recrod:record Record:record reocrd:record rec:record statsu:status lst:list ext:export hlep:help; do
	[ "$slip" = Record:record ] || [ "$slip" = ext:export ] || refused 2 \
		"'${slip%:*}': there is no such command: did you mean ${slip#*:}\?" memwatch ${slip%:*}
done
refused 2 "'a.mwdb': is a recording: 'memwatch replay a.mwdb' shows it" memwatch a.mwdb
refused 2 "'firefox': there is no such command.*run -- firefox; to follow one: memwatch --name firefox" memwatch firefox
refused 2 "unrecognized option '--intreval': did you mean --interval\?" memwatch run --intreval 1s -- true
refused 2 "unrecognized option '--limt': did you mean --limit\?" memwatch --limt=5M
refused 2 "unrecognized option '--jsno': did you mean --json\?" memwatch list --jsno
refused 2 "unrecognized option '--jsno'$" memwatch drop --jsno 1
refused 2 "option '--in' is ambiguous" memwatch --in 1
refused 2 "option '--json' doesn't allow an argument" memwatch list --json=1
refused 2 "option '-p' requires an argument" memwatch -p
refused 2 "invalid option -- 'x'" memwatch list -x

# --- a size needs its unit, and is told which was likely meant; times are written in several ways

refused 2 "limit '512': needs a unit; 512M\?" memwatch run --limit 512 -- true
refused 2 "limit '1.5': needs a unit; 1.5G\?" memwatch run --limit 1.5 -- true
refused 2 "limit-total '536870912': needs a unit; 536870912B\?" memwatch run --limit-total 536870912 -- true
refused 2 "rss-above '512': needs a unit; 512M\?" memwatch wait --rss-above 512
refused 2 "fail-on-growth '5': needs a unit; 5M/min\?" memwatch run --fail-on-growth 5 -- true
refused 2 "fail-on-growth '5/h': needs a unit; 5M/h\?" memwatch run --fail-on-growth 5/h -- true
memwatch run --view text --limit 536870912B --fail-on-growth 0 --if-unjudged pass -- true >/dev/null 2>&1 || fail "units that are there"
for time in 1m30s 90sec 1d '1 h 05 min'; do
	memwatch run --view text --duration "$time" --window "$time" -- true >/dev/null || fail "$time"
done
refused 2 "duration '30s1m': is no length of time" memwatch run --duration 30s1m -- true

# --- files: a recording is none of a page; an export goes where it is told, by name or to a pipe

for command in "record -o foo.html -- true" "run -o foo.html -- true" "demo -o foo.html" "$one -o foo.html"; do
	refused 2 "-o foo.html: a recording is no .html; record to foo.mwdb, then 'memwatch export foo.mwdb foo.html'" \
		memwatch $command
done
[ -e foo.html ] && fail "it was made"
memwatch record -o a.mwdb --as job -- sleep 0.2 2>/dev/null || fail "record"
check_equal "the name given" job "$(memwatch report a.mwdb --json | jq -r '.processes[0].name')"
memwatch run --view json --as job -- sh -c 'exit 0' >as.json || fail "run --as"
check_equal "the name given" job "$(get as.json '.state == "begin"' .name | sort -u)"
memwatch export a.mwdb out.csv || fail "export FILE OUT"
memwatch export a.mwdb -o - >dash.csv || fail "export -o -"
check_equal "the same to standard output" "$(cat out.csv)" "$(cat dash.csv)"
memwatch export a.mwdb - --format jsonl | jq -se 'any(.name == "job")' >/dev/null || fail "--format jsonl"
check_equal "a picture through a pipe" PNG "$(memwatch export a.mwdb -o - --format png | head -c 4 | tail -c 3)"
memwatch record --force -i 1ms -o long.mwdb -- sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done; sleep 1' 2>/dev/null
memwatch export long.mwdb -o - --format html 2>piped.err | head -c 5 >/dev/null
check_equal "a reader that has had enough" 141 "${PIPESTATUS[0]}"
check_equal "what is said then" "" "$(cat piped.err)"
check_equal "a full disk" "memwatch: standard output: cannot be written: No space left on device" \
	"$(memwatch export a.mwdb -o - 2>&1 >/dev/full)"
memwatch export a.mwdb -o - >>a.mwdb 2>same.err && fail "it was written behind the recording"
check_match "the recording itself" "is the recording itself" "$(cat same.err)"
memwatch export a.mwdb table --format csv || fail "--format of a file"
check_equal "a file of that format" "$(cat out.csv)" "$(cat table)"
refused_formats() { # PATTERN COMMAND...: with a list behind
	local pattern=$1 status

	shift
	"$@" >refused.out 2>refused.err
	status=$?
	check_equal "$*: status" 2 $status
	check_match "$*" "$pattern" "$(head -n 1 refused.err)"
	check_equal "$*: formats" 10 "$(grep -c '^  \.' refused.err)"
}
refused_formats "format 'gif': there is none of that name; these are" memwatch export a.mwdb -o - --format gif
refused_formats "out.gif: its ending is that of no known format" memwatch export a.mwdb out.gif
refused_formats "no file to write" memwatch export a.mwdb
refused 2 "'out.csv': is too much where -o says where to" memwatch export a.mwdb out.csv -o other.csv
if command -v script >/dev/null; then
	check_match "a picture is not for a terminal" "\.png is not for a terminal" \
		"$(script -qec 'memwatch export a.mwdb -o - --format png' /dev/null </dev/null)"
fi
wait_for 10 absent || fail "a private watcher goes on"
