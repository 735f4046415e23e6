#!/bin/bash
# A command that is run has a session of its own: two of them at once, one inside another, and one after another share
# nothing.
. "$ROOT/tests/session.sh"

MIB=1048576

pids() { # FILE: of the processes in it, once each
	get "$1" '.type == "process" and .state == "begin"' .pid | sort -u
}

# --- two at once: each has its samples, its limit and its recording

memwatch run --view json -i 20ms --limit 20M -o one.mwdb -- sh -c 'echo $$ $MEMWATCH_SESSION >one.id
	until [ -e one.end ]; do sleep 0.05; done' >one.json 2>one.err &
one=$!
wait_for 10 test -s one.id || fail "the first command does not run: $(cat one.err)"
memwatch run --view json -i 50ms -o two.mwdb -- sh -c 'echo $$ $MEMWATCH_SESSION >two.id
	x=$(head -c 30000000 /dev/zero | tr "\0" x); : >one.end' >two.json 2>two.err || fail "the second: $(cat two.err)"
ends "the first" $one 0
for name in one two; do
	read -r pid session <$name.id
	check_equal "the session of $name" "$pid" "$session"
	[ -s $name.mwdb ] || fail "$name is not recorded"
	pids $name.json | grep -qx "$pid" || fail "$name: its command is not followed"
done
check_equal "processes of both" "" "$(comm -12 <(pids one.json) <(pids two.json))"
jq -e 'select(.type == "event" and .category == "limit")' two.json >/dev/null && fail "the limit of one holds the other"

# --- one inside another: the outer follows the inner's processes, milestones go to the inner

cat >nested.sh <<'END'
echo $MEMWATCH_SESSION >outer.id
memwatch run --view json -i 20ms -- sh -c 'echo $$ $MEMWATCH_SESSION >inner.id
	sleep 0.3; memwatch event inside; sleep 0.3' >inner.json 2>inner.err
memwatch event outside
END
memwatch run --view json -i 20ms -- sh nested.sh >outer.json 2>outer.err || fail "nested: $(cat outer.err inner.err)"
read -r pid session <inner.id
check_equal "the inner session" "$pid" "$session"
[ "$session" != "$(cat outer.id)" ] || fail "the inner command has the outer one's session"
pids outer.json | grep -qx "$pid" || fail "the outer does not follow the inner's command"
check_equal "milestones of the inner" inside "$(get inner.json '.type == "event" and .category == ""' .label)"
check_equal "milestones of the outer" outside "$(get outer.json '.type == "event" and .category == ""' .label)"

# --- a name that is taken: by a running session, or one whose watcher was killed

cat >taken.sh <<'END'
memwatchd --private --session $$ --interval 50ms
exec memwatch record -o taken.mwdb -i 20ms -- sh -c 'echo $MEMWATCH_SESSION >taken.id'
END
# the session of the PID that comes next but one is taken beforehand, whichever that is
next=$(sh -c 'echo $$')
python3 - "$XDG_RUNTIME_DIR/memwatch" $((next + 1)) $((next + 40)) <<'END' &
import fcntl, os, signal, struct, sys
first, last = int(sys.argv[2]), int(sys.argv[3])
kept = []

def take(folder):
    # a watcher that ends at this moment tidies up
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        file = open(folder + "/lock", "w")
        fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))  # F_OFD_SETLK
        return file if os.path.samestat(os.fstat(file.fileno()), os.stat(folder + "/lock")) else None
    except OSError:
        return None
for pid in range(first, last + 1):
    file = None
    while file is None:
        file = take(f"{sys.argv[1]}/{pid}")
    kept.append(file)
open("held", "w").close()
signal.pause()
END
holder=$!
wait_for 10 test -e held || fail "the names are not taken"
memwatch run --view json -- sh -c 'echo $$ $MEMWATCH_SESSION >taken.id' >taken.json 2>taken.err || fail "taken: $(cat taken.err)"
read -r pid session <taken.id
[ "$pid" -gt $((next + 40)) ] || check_equal "the session of a taken name" "$pid-2" "$session"
kill -KILL $holder
wait $holder 2>/dev/null

# --- what they leave behind: nothing, also not of those whose watcher was killed

memwatch run --view json -- true >after.json || fail "a run after them"
empty() { [ -z "$(ls "$XDG_RUNTIME_DIR/memwatch")" ]; }
wait_for 5 empty || fail "directories are left: $(ls "$XDG_RUNTIME_DIR/memwatch")"

# --- many at once

for i in $(seq 20); do
	memwatch run --view json -i 50ms -o many$i.mwdb -- sh -c "echo \$MEMWATCH_SESSION >>many.ids; exit $i" \
		>many$i.json 2>many$i.err &
	jobs[i]=$!
done
for i in $(seq 20); do
	wait "${jobs[i]}"
	status=$?
	check_equal "of many, the exit status ($(cat many$i.err))" $i $status
	[ -s many$i.mwdb ] || fail "of many, $i is not recorded"
done
check_equal "their sessions" 20 "$(sort -u many.ids | wc -l)"

# --- a gate whose watcher is killed does not let pass; the command's own failure wins

cut() { # EXPECTED STATUS OPTION...: of a run whose watcher is killed
	local expected=$1 code=$2 session

	shift 2
	rm -f cut.id cut.end
	memwatch run --view json -i 50ms "$@" -- sh -c "echo \$MEMWATCH_SESSION >cut.id
		until [ -e cut.end ]; do sleep 0.05; done; exit $code" >cut.json 2>cut.err &
	run=$!
	wait_for 10 test -s cut.id || fail "no run to be cut: $(cat cut.err)"
	session=$(cat cut.id)
	kill -KILL "$(memwatch status --session "$session" --json | jq .watcher_pid)"
	: >cut.end
	ends "$* with exit $code, its watcher killed: $(cat cut.err)" $run "$expected"
}

for gate in "--limit 500M" "--limit-total 500M" "--fail-on-growth 100MiB/h"; do
	cut 1 0 $gate
	check_match "$gate is told" "^memwatch: ${gate%% *} cannot be judged: the watcher died before sh had ended: exit status 1$" "$(cat cut.err)"
	cut 7 7 $gate
done
cut 0 0

# --- two PID namespaces with equal PIDs and one runtime directory

unshare -pf --mount-proc true 2>/dev/null || exit 0
for name in red blue; do
	unshare -pf --mount-proc memwatch record -i 50ms -o $name.mwdb -- sh -c "echo \$MEMWATCH_SESSION >$name.id
		until [ -e red.id ] && [ -e blue.id ]; do sleep 0.05; done
		sleep 0.3; memwatch event of-$name" 2>$name.err &
	jobs[${#name}]=$!
done
for name in red blue; do
	ends "$name: $(cat $name.err)" "${jobs[${#name}]}" 0
	check_match "the session of $name" '^[0-9]+(-[0-9]+)?$' "$(cat $name.id)"
	check_equal "the milestones of $name" of-$name \
		"$(memwatch report --json $name.mwdb | jq -r '.events[] | select(.category == "") | .label')"
done
[ "$(cat red.id)" != "$(cat blue.id)" ] || fail "two namespaces share a session"
