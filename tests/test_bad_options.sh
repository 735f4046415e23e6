#!/bin/bash
# Each option of each command that takes a value, with one that is none: status 2, one line that names either, and
# nothing done. The options are those of --help, so that a new one is tried as well.
. "$ROOT/tests/session.sh"

# bad PLACEHOLDER: what it can't be.
bad() {
	case $1 in
	PID*) echo abc ;;
	TIME | SIZE | RATE | N% | N%* | FACTOR | N | LIST) echo x ;;
	USER) echo no-such-user ;;
	PATTERN) echo '[' ;;
	NAME) echo a/b ;;
	LABEL) echo ;;
	esac
}

# rest COMMAND: what else it needs, so that nothing but the value is wrong.
rest() {
	case $1 in
	run) echo -- touch done ;;
	record) echo -o bad.mwdb -- touch done ;;
	add | drop | inspect) echo $$ ;;
	event) echo label ;;
	wait) echo --rss-above 1G --timeout 1ms ;;
	replay | report) echo ok.mwdb ;;
	compare) echo ok.mwdb ok.mwdb ;;
	export) echo ok.mwdb out.csv ;;
	esac
}

memwatch record -o ok.mwdb -- true 2>/dev/null || fail "record"
start_watcher
tried=0
for command in '' $(memwatch help | sed -n '/^Commands:/,$s/^  \([a-z]*\) .*/\1/p'); do
	while read -r option placeholder; do
		value=$(bad "$placeholder")
		[ -n "$value" ] || [ "$placeholder" = LABEL ] || continue # a file's name, a title, a command: anything
		[ "$option" = --as ] && continue
		timeout 5 memwatch $command $option "$value" $(rest "$command") >out 2>err </dev/null
		status=$?
		check_equal "memwatch $command $option '$value': status ($(cat err))" 2 $status
		check_equal "memwatch $command $option '$value': output" "" "$(cat out)"
		sed -i '/^Try /d; /^  \./d' err # where to read on, and a list of formats
		check_equal "memwatch $command $option '$value': lines ($(cat err))" 1 "$(wc -l <err)"
		grep -qF -e "$value" -e "$option" err ||
			fail "memwatch $command $option '$value': neither is named: $(cat err)"
		tried=$((tried + 1))
	done < <(memwatch $command --help | sed -nE 's/^  (-., )? *(--[a-z-]+) ([A-Z][^ ]*)( .*|$)/\2 \3/p')
done
[ $tried -ge 60 ] || fail "$tried options were found, which are too few"
[ -e done ] && fail "a command was run"
[ -e bad.mwdb ] && fail "a recording was made"
[ -e out.csv ] && fail "a file was written"
while read -r option placeholder; do
	value=$(bad "$placeholder")
	[ -n "$value" ] && [ "$option" != --as ] || continue
	refused 2 ".*" memwatchd $option "$value"
done < <(memwatchd --help | sed -nE 's/^  (-., )?(--[a-z-]+) ([A-Z][^ ]*)( .*|$)/\2 \3/p')

# what is empty, and what doesn't go together

refused 2 "event '': is no label" memwatch event ''
refused 2 "event '': is no label" memwatch wait --event ''
refused 2 "--on-limit: needs --limit" memwatch run --on-limit true -- true
memwatch stop
