#!/bin/bash
# Programs, commands and watchers in PID namespaces of their own: each process is shown as itself, under the PID that the
# watcher counts, or not at all.
. "$ROOT/tests/session.sh"
look_for_no_leaks

unshare -pf --mount-proc true 2>/dev/null || skip "PID namespaces can't be made here"
rings=$XDG_RUNTIME_DIR/memwatch/default/rings
inside="unshare -pf --mount-proc --kill-child"

# say FIFO WORD...: a command to an emitter.
say() { echo "${*:2}" >&"$1"; }

# A ring that was made before the watcher came; its program has closed no descriptor, so its lock tells.
mkfifo in.locked in.closed
$inside emitter locked <in.locked >locked.out & exec 5>in.locked
$inside emitter closed <in.closed >closed.out & exec 6>in.closed
say 5 emit 1 0
say 6 emit 1 0
say 6 close
wait_for 10 eval '[ -s locked.out ] && [ "$(wc -l <closed.out)" = 2 ]' || fail "no emitters"
check_equal "the name of a ring" 1 "$(ls "$rings" | head -1 | cut -d. -f1)"
locked=$(pgrep -x emitter -a | awk '/locked/ {print $1}') closed=$(pgrep -x emitter -a | awk '/closed/ {print $1}')
start_watcher --interval 50ms
plot records.json --window 1h
line_of() { memwatch list --all --json | jq -r ".[] | select(.pid == $1) | .name"; }
wait_for 5 eval '[ "$(line_of $locked)" = locked ]' || fail "a ring that is locked: $(memwatch list --all)"
wait_for 5 eval '[ "$(line_of $closed)" = closed ]' || fail "a ring whose lock is gone: $(memwatch list --all)"
say 5 emit 2 0
say 6 emit 2 0
see records.json ".pid == $locked and .label == \"3\""
see records.json ".pid == $closed and .label == \"3\""
exec 5>&- 6>&-

# Children after fork, in a namespace and of one that makes a namespace; all events, each under its own PID.
events_of() { # NAME: how many numbered ones
	memwatch --view json --window 1h -d 1ms | jq -s "[.[] | select(.type == \"event\" and .name == \"$1\")] | length"
}
if sanitized tsan; then
	leave_out "grandchildren: ThreadSanitizer can't follow grandchildren of a program with threads: it ends them"
else
	$inside forks tree 4 50 >tree.out || fail "forks"
	awk '{ sum += $3 } END { print sum }' tree.out >tree.sum
	wait_for 5 eval '[ "$(events_of tree)" = "$(cat tree.sum)" ]' ||
		fail "events of forked children: $(events_of tree) of $(cat tree.sum)"
	check_equal "lines of PIDs of the namespace" "" \
		"$(memwatch list --all --json | jq -r '.[] | select(.name == "tree" and .pid < 20) | .pid')"
fi

# A user namespace too, whose root is this user.
if unshare -Urpf --mount-proc true 2>/dev/null; then
	unshare -Urpf --mount-proc --kill-child emitter rootless <<<"emit 3 0
flush 5000" >rootless.out
	check_equal "a flush from a user namespace" 0 "$(tail -n 1 rootless.out)"
	see records.json '.name == "rootless" and .label == "3" and .pid > 20'
fi

# Commands count as their namespace does.
$inside sh -c 'memwatch add $$ --as shell && memwatch event "from inside" --pid $$ && memwatch drop $$; sleep 0.3' ||
	fail "commands from inside"
see records.json '.label == "from inside" and .name == "shell" and .pid > 20'
$inside sh -c 'memwatch add $$ --as waited; (sleep 0.3; memwatch event "waited for" --pid $$) & memwatch wait --pid $$ --event "waited for" --timeout 10s' ||
	fail "memwatch wait from inside"
check_match "memwatch inspect from inside" "heap|anonymous" "$($inside sh -c 'memwatch add $$; memwatch inspect $$')"
check_match "a stranger's PID" "pid 17: .*another PID namespace" \
	"$($inside memwatch add 17 2>&1)"
$inside sh -c 'exec memwatch --view json --pid $$ -d 400ms' >self.json
has self.json '.type == "sample" and .pid > 20' || fail "memwatch of itself, from inside: $(cat self.json)"

check_match "a run in a session outside" "its watcher is in another PID namespace" \
	"$($inside memwatch run --session default -- touch ran 2>&1)"
[ ! -e ran ] || fail "a command was run whose session counts otherwise"
check_equal "a run with a session of its own" 6 "$($inside memwatch run --view text -- sh -c 'exit 6' >/dev/null 2>&1; echo $?)"

# A batch without a ring: of itself, and of one that nobody can be.
cat >batch.py <<'END'
import os, socket, struct, sys, time
def number(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])
def field(tag, value):
    if isinstance(value, int):
        return number(tag << 3) + number(value)
    return number(tag << 3 | 2) + number(len(value)) + value
pid = int(sys.argv[2]) if len(sys.argv) > 2 else os.getpid()
body = field(1, 1) + field(2, pid) + field(5, b"batch")
body += field(9, os.stat("/proc/self/ns/pid").st_ino)
body += field(16, field(2, time.monotonic_ns()) + field(5, sys.argv[1].encode()))
s = socket.socket(socket.AF_UNIX)
s.connect(os.environ["XDG_RUNTIME_DIR"] + "/memwatch/default/events.ipc")
s.sendall(struct.pack(">4sHH", b"\0SP\0", 0x50, 0))
s.recv(8, socket.MSG_WAITALL)
s.sendall(struct.pack(">BQ", 1, len(body)) + body)
time.sleep(0.5)
END
$inside python3 batch.py "a batch"
see records.json '.label == "a batch" and .name == "batch" and .pid > 20'
$inside python3 batch.py "of nobody" 77777
see records.json '.pid == 0 and (.label // "" | test("batch: PID 77777 of another PID namespace"))'
! has records.json '.label == "of nobody"' || fail "a batch of nobody was taken"

# What a command has run, in a session of its own, leaves nothing.
memwatch record -i 50ms -o run.mwdb -- $inside sh -c 'exec "$0"' "$O/examples/hello" 2>record.err
check_equal "the milestones of a run" "started;50 MB read;done" \
	"$(sqlite3 run.mwdb "select label from event where label not like 'exec %' order by t_ns" | paste -sd';')"
check_equal "its lines of PID 1" 0 "$(sqlite3 run.mwdb 'select count(*) from process where pid < 20')"
only_default() { [ "$(ls "$XDG_RUNTIME_DIR/memwatch")" = default ]; } # its watcher ends once the command has
wait_for 10 only_default || fail "left of its session: $(ls "$XDG_RUNTIME_DIR/memwatch")"
kill $plotter
memwatch stop

# A watcher inside, of a program inside; one outside is refused, and told.
$inside memwatchd --foreground --interval 50ms 2>inner.err &
wait_for 10 memwatch status || fail "no watcher inside: $(cat inner.err)"
plot inner.json --window 1h
emitter outside <<<"emit 1 0" >/dev/null
see inner.json '.pid == 0 and (.label // "" | test("^outside: PID [0-9]+ of another PID namespace"))'
! has inner.json '.name == "outside"' || fail "a watcher inside has a line for a program outside"
memwatch stop
wait_for 5 gone $plotter || fail "a view goes on whose watcher, in another namespace, is gone"

# Where /proc is another namespace's, every number would be a stranger's.
check_match "a run with another /proc" "/proc shows another PID namespace" \
	"$(unshare -pf memwatch run -- true 2>&1)"
