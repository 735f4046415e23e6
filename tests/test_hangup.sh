#!/bin/bash
# SIGHUP: one that is ignored stays so (nohup), and a terminal that closes ends the command, not the recording of it.
. "$ROOT/tests/session.sh"

sleep 60 &
target=$!

# hang_up WHAT PID: it lives on.
hang_up() {
	kill -HUP "$2" || fail "$1: has ended before"
	sleep 0.3
	! gone "$2" || fail "$1: ended by a SIGHUP that it was told to ignore"
}

sh -c 'trap "" HUP; exec memwatchd --foreground --interval 50ms' &
watcher=$!
wait_for 10 memwatch status || fail "no watcher"
hang_up memwatchd $watcher
sh -c "trap '' HUP; exec memwatch record -o h.mwdb --pid $target" 2>record.err &
recorder=$!
wait_for 10 eval 'grep -q recording record.err'
hang_up "memwatch record" $recorder
sh -c "trap '' HUP; exec memwatch --view text --pid $target" >text.out 2>&1 &
viewer=$!
wait_for 10 eval '[ -s text.out ]'
hang_up "memwatch --view text" $viewer
sh -c "trap '' HUP; exec memwatch inspect $target --diff 1m" >inspect.out 2>&1 &
inspector=$!
sleep 0.5
hang_up "memwatch inspect" $inspector
kill $inspector $viewer $recorder
ends "memwatch record" $recorder 0
memwatch stop
check_equal "how whole the recording is" ok "$(sqlite3 h.mwdb 'pragma quick_check')"

# Under run the command ignores it with us, or gets it.
sh -c 'trap "" HUP; exec memwatch run --view text -- sleep 60' >run.out 2>&1 &
run=$!
wait_for 10 eval 'pgrep -P $run -x sleep' || fail "no command: $(cat run.out)"
child=$(pgrep -P $run -x sleep)
hang_up "memwatch run" $run
kill -HUP "$child"
sleep 0.2
! gone "$child" || fail "the command of a run that ignores SIGHUP did not"
kill $run
wait $run

# A terminal that closes, where memwatch is all that it ran.
cat >terminal.py <<'END'
import os, pty, sys, time
child, terminal = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[2], sys.argv[2:])
os.set_blocking(terminal, False)
until = time.time() + 10
while not os.path.exists(sys.argv[1]) and time.time() < until:
    time.sleep(0.05)
    try:
        os.read(terminal, 65536)
    except OSError:
        pass
time.sleep(0.5)
os.close(terminal)
until = time.time() + 10
while time.time() < until:
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid:
        print(os.waitstatus_to_exitcode(status))
        break
    time.sleep(0.05)
else:
    os.kill(child, 9)
    print("goes on")
END
for view in ncurses text; do
	rm -f begun
	check_equal "a run whose terminal closed, --view $view" 129 "$(python3 terminal.py begun memwatch run --view $view \
		-i 50ms -o $view.mwdb -- sh -c 'sleep 0.3; echo $$ >begun; exec sleep 60')"
	gone "$(cat begun)" || fail "--view $view: the command goes on"
	wait_for 5 eval '[ "$(sqlite3 -readonly $view.mwdb "select count(*) from session where key = '\''end_unix_ns'\''")" = 1 ]' ||
		fail "--view $view: the recording is not whole"
	check_equal "--view $view: how it ended" "signal 1" "$(memwatch report --json $view.mwdb |
		jq -r --argjson pid "$(cat begun)" '.processes[] | select(.pid == $pid) | "signal \(.signal // .exit_signal // .exit.signal)"')"
done
# And where the command ignores it: both go on until it ends.
rm -f begun
check_equal "a run that ignores it" 7 "$(python3 terminal.py begun sh -c 'trap "" HUP
	exec memwatch run -i 50ms -o on.mwdb -- sh -c "touch begun; sleep 1; exit 7"')"
kill $target
