#!/bin/bash
# Bad input: one clear line, the right exit status, nothing left running, and nothing harmed.
. "$ROOT/tests/session.sh"

sleep 1000 &
sleeper=$!
hellos=()

# --- the command line: status 2

for command in '' list add drop event status stop run demo; do
	refused 2 "unrecognized option '--no-such-option'" memwatch $command --no-such-option
	check_equal "memwatch $command --help: status" 0 "$(memwatch $command --help >help; echo $?)"
	check_match "memwatch $command --help" "^Usage: memwatch ?$command " "$(cat help)"
done
refused 2 "option '--pid' requires an argument" memwatch --pid
refused 2 "--pid: is no option of 'list'" memwatch list --pid 1
refused 2 "--json: is no option of 'memwatch'" memwatch --json
refused 2 "'no-such-command': there is no such command" memwatch no-such-command
refused 2 "'run' needs -- COMMAND" memwatch run
refused 2 "'run' needs -- COMMAND" memwatch run --
refused 2 "'add' needs PID" memwatch add
refused 2 "'drop' needs PID" memwatch drop
refused 2 "'event' needs LABEL" memwatch event
refused 2 "'more': is too much for 'event'" memwatch event one more
refused 2 "'more': is too much for 'list'" memwatch list more
refused 2 "'--view': is too much|view 'gif': there is none of that name; the views are auto, ncurses, gnuplot, text, json" \
	memwatch --view gif --pid $sleeper
for pid in abc '' 0 -1 1.5 12x 4294967297 99999999999999999999 "$sleeper,x" "$sleeper,"; do
	refused 2 "pid '.*': is no process id, which is a positive number" memwatch --view text --pid="$pid"
done
refused 2 "pid 'abc': is no process id" memwatch add abc
refused 2 "pid 'abc': is no process id" memwatch drop abc
for program in 'memwatch --view text' memwatchd; do
	for interval in 0 0.5ms 0.0001 999us 2000Hz 0s; do
		refused 2 "interval '$interval': the shortest is 1" $program --interval=$interval
	done
	for interval in '' x 1x -1 1s1 nan inf 0Hz ' '; do
		refused 2 "interval '.*': is no length of time" $program --interval="$interval"
	done
done
refused 2 "window '0': the shortest is" memwatch --view text --window 0
refused 2 "window 'long': is no length of time" memwatch --view text --window long
refused 2 "duration 'x': is no length of time" memwatch --view text --duration x
for size in 0 -1 x 5Q '' 99999999999999999999; do
	refused 2 "limit '$size': is no size of memory" memwatch --view text --limit "$size"
done
refused 2 "--limit: is no option of 'list'" memwatch list --limit 5M
refused 2 "unrecognized option '--no-such-option'" memwatchd --no-such-option
refused 2 "'1234': memwatchd takes no arguments" memwatchd 1234
for name in '' . .. .hidden a/b ../default 'a b' "$(printf 'a%.0s' {1..33})" $'a\nb'; do
	refused 2 "session '.*: a session's name is 1 to 32 letters" memwatch status --session "$name"
	refused 2 "session '.*: a session's name is 1 to 32 letters" memwatchd --session "$name"
done
[ -e "$XDG_RUNTIME_DIR/memwatch" ] && fail "wrong usage has left something behind"

# --- no terminal, and one that is of no use

refused 1 "cannot use the terminal: standard (input|output) is not one" memwatch --view ncurses --pid $sleeper
in_terminal() { # COMMAND: what it prints in a terminal, its status behind
	script -qec "$1; echo status \$?" /dev/null </dev/null | tr -d '\r'
}
if command -v script >/dev/null; then
	check_equal "TERM unset" "memwatch: cannot use the terminal: TERM is not set; try --view text
status 1" "$(in_terminal "env -u TERM memwatch --view ncurses --pid $sleeper")"
	check_match "an unknown TERM" "^memwatch: cannot use the terminal: TERM names no terminal" \
		"$(in_terminal "env TERM=no-such memwatch --view ncurses --pid $sleeper")"
	check_match "TERM unset, and no view asked for" "^ +TIME +PID +NAME" \
		"$(in_terminal "env -u TERM memwatch --pid $sleeper --duration 10ms")"
fi
wait_for 10 absent || fail "a private watcher goes on"

# --- runtime directories: what can't be used is said, and left as it is

base=$XDG_RUNTIME_DIR/memwatch
rm -rf "$base"

not_here() { # PATTERN: of what each program says, on one line
	refused 1 "$1" memwatch --view text --pid $sleeper
	refused 1 "$1" memwatch status
	[[ $1 == */memwatch/default* ]] || refused 1 "$1" memwatch run --view text -- true # it has a session of its own
	refused 1 "$1" memwatchd --foreground
	refused 1 "$1" memwatchd
	printf 'emit 3 0\nflush 0\n' | emitter >/dev/null 2>emitter.err # a program with the library goes on without
	check_equal "its status where $1" 0 $?
	check_equal "what the library prints" "" "$(cat emitter.err)"
}

mkdir elsewhere && chmod 700 elsewhere
ln -s "$PWD/elsewhere" "$base"
not_here "$base: is not a directory \(links are not followed\)"
check_equal "behind the link" "" "$(ls -A elsewhere)"
rm "$base"

mkdir -m 700 "$base"
ln -s "$PWD/elsewhere" "$base/default"
not_here "$base/default: is not a directory \(links are not followed\)"
check_equal "behind the link" "" "$(ls -A elsewhere)"
rm "$base/default"

echo file >"$base/default"
not_here "$base/default: is not a directory"
check_equal "the file" file "$(cat "$base/default")"
rm "$base/default"

chmod 755 "$base"
not_here "$base: is not a private directory of yours \(owner, mode 0700\)"
check_equal "its mode" 755 "$(stat -c %a "$base")"
chmod 700 "$base"
mkdir -m 750 "$base/default"
not_here "$base/default: is not a private directory of yours .*; set XDG_RUNTIME_DIR to one that is"
rm -r "$base"

mkdir -m 700 "$base" "$base/default"
mkfifo "$base/default/lock"
refused 1 "$base/default/lock: is not a regular file; remove it" memwatchd --foreground
rm -r "$base"

# --- output that can't be written, and limits: the cause, not what it led to

for command in "memwatch --version" "memwatchd --version" "memwatchd --help" "memwatch help" \
	"memwatch run --view text -i 20ms -- sleep 0.1" "memwatch run --view json -i 20ms -- sleep 0.1"; do
	$command >/dev/full 2>full.err
	check_equal "$command into a full disk: exit status" 1 $?
	check_match "$command into a full disk" "cannot write the output: No space left on device$" "$(cat full.err)"
done

if sanitized; then
	leave_out "a small stack: a sanitizer needs more itself"
else
	for program in "memwatch run -- true" "memwatchd --foreground"; do
		(ulimit -s 96 && exec $program) 2>stack.err
		check_equal "$program with a small stack: exit status" 1 $?
		check_equal "$program with a small stack" "${program%% *}: the stack is limited to 96 KiB (ulimit -s): at least 256 KiB are needed" \
			"$(cat stack.err)"
	done
fi
for blocks in 20 60; do
	(ulimit -f $blocks && exec memwatchd --foreground -i 5ms -p $sleeper -o limited.mwdb --force) 2>limited.err &
	limited=$!
	if [ $blocks -gt 20 ]; then # there is room for its beginning
		wait_for 10 memwatch status || fail "no watcher: $(cat limited.err)"
		for i in {1..40}; do memwatch event "$i$(printf 'x%.0s' {1..190})" || fail "no event"; done
		wait_for 10 grep -q 'limited.mwdb' limited.err
		kill $limited
	fi
	wait $limited
	check_match "a limit of $blocks KiB" "limited.mwdb.*: file size limit reached \(ulimit -f\)" "$(cat limited.err)"
done

long=$PWD/$(printf 'x%.0s' {1..80})
mkdir "$long"
XDG_RUNTIME_DIR=$long not_here "$long.*: the path is too long for a socket \(107 bytes\)"
XDG_RUNTIME_DIR=/$(printf 'x%.0s' {1..5000}) refused 1 ".*: the path is too long for a socket" memwatch --view text

nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ] && $nobody true 2>/dev/null; then
	# Programs and directories that another user can get at.
	theirs=$(mktemp -d /tmp/mwt-user.XXXXXX)
	at_exit() {
		kill -KILL $(jobs -p) 2>/dev/null
		rm -rf "$theirs"
	}
	chmod 755 "$theirs"
	cp "$O/memwatch" "$O/memwatchd" "$theirs"
	export XDG_RUNTIME_DIR=$theirs/run

	mkdir -m 755 "$theirs/run"
	mkdir -m 700 "$theirs/run/memwatch" "$theirs/run/memwatch/default"
	chown 65534 "$theirs/run/memwatch/default"
	not_here "$theirs/run/memwatch/default: is not a private directory of yours"
	export XDG_RUNTIME_DIR=${base%/memwatch}
fi

# --- few descriptors, for the command, the watcher, and a program with the library

start_watcher --interval 50ms
for count in 4 8 12; do
	refused 1 "session 'default': too few free descriptors \(ulimit -n\)" prlimit --nofile=$count memwatch status
	refused 1 "session 'default': too few free descriptors \(ulimit -n\)" prlimit --nofile=$count memwatch --view text
done
for count in 6 10 14; do
	prlimit --nofile=$count "$O/examples/hello" >>hellos.out 2>&1 &
	hellos+=($!)
done
memwatch stop
ends "the watcher" $watcher 0
for count in 4 6 8 12 16 20; do
	refused 1 ".*(too few free descriptors|Too many open files).*" prlimit --nofile=$count memwatchd --foreground
	refused 1 ".*(too few free descriptors|Too many open files).*" prlimit --nofile=$count memwatchd
done

# a watcher that has enough to start follows all, those that come late without descriptors of their own, which it says
prlimit --nofile=48 memwatchd --foreground --interval 50ms 2>few.err &
watcher=$!
wait_for 10 memwatch status || fail "no watcher with 48 descriptors: $(cat few.err)"
for i in {1..30}; do
	sleep 1000 &
	memwatch add $! 2>add.err || fail "process $i is not followed with 48 descriptors: $(cat add.err)"
	echo $! >>followed
done
check_equal "those that are followed" "$(cat followed)" "$(memwatch list --json | jq '.[].pid' | grep -xFf followed)"
check_equal "some have no descriptors of their own" true "$(memwatch status --json | jq '.lean > 0 and .lean < 30')"
last=$!
plot few.json
see few.json ".type == \"sample\" and .pid == $last"
see few.json '.category == "memwatch" and (.label | test("few descriptors are left .ulimit -n 48."))'
memwatch drop "$(head -n 1 followed)" || fail "drop"
memwatch stop
ends "the watcher" $watcher 0

# --- and programs with the library were not bothered by any of it

for hello in "${hellos[@]}"; do
	ends "an instrumented program" $hello 0
done
check_equal "what the library prints" "" "$(cat hellos.out)"
