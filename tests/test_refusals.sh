#!/bin/bash
# What a system refuses is named, with what to do; and what can be done without it goes on.
. "$ROOT/tests/session.sh"

# --- a thread's number is no process

python3 -c 'import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)' &
process=$!
wait_for 5 eval '[ "$(ls /proc/$process/task | wc -l)" = 2 ]' || fail "no thread"
thread=$(ls /proc/$process/task | tail -n 1)
[ "$thread" = "$process" ] && thread=$(ls /proc/$process/task | head -n 1)
start_watcher --interval 50ms
memwatch add $process
what="$thread is a thread of process $process"
refused 1 "$what" memwatch --view text --pid $thread
refused 1 "$what" memwatch --view text $thread
refused 1 "$what" memwatch --view text --limit 1G --pid $thread
refused 1 "$what" memwatch add $thread
refused 1 "$what" memwatch drop $thread
refused 1 "$what" memwatch inspect $thread
refused 1 "$what" memwatch event label --pid $thread
refused 1 "$what" memwatch wait --event label --pid $thread --timeout 1s
check_match "record of a thread" "$what" "$(memwatch record -o t.mwdb --pid $thread 2>&1)"
memwatch stop
ends memwatchd $watcher 0

# --- hidepid

nobody='setpriv --reuid=65533 --regid=65533 --clear-groups'
if [ "$(id -u)" = 0 ] && $nobody true 2>/dev/null && unshare -m mount -t proc -o hidepid=2 proc /proc 2>/dev/null; then
	theirs=$(mktemp -d /tmp/mwt-user.XXXXXX)
	at_exit() {
		kill -KILL $(jobs -p) 2>/dev/null
		rm -rf "$theirs"
	}
	chmod 755 "$theirs"
	cp "$O/memwatch" "$O/memwatchd" "$theirs"
	install -d -m 700 -o 65533 "$theirs/run"
	for mode in 1 2; do
		check_equal "a process that hidepid=$mode hides" \
			"memwatch: pid $process: hidden by hidepid=$mode of /proc; its user and root may see it" \
			"$(XDG_RUNTIME_DIR=$theirs/run unshare -m sh -c "mount -t proc -o hidepid=$mode proc /proc
				exec $nobody $theirs/memwatch --view text --pid $process" 2>&1)"
	done
fi
kill $process

# --- inotify: limits of a user namespace are its own

if unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_instances' 2>/dev/null; then
	unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_instances
		exec memwatchd --foreground --interval 50ms' 2>watcher.err &
	watcher=$!
	wait_for 10 memwatch status || fail "no watcher without inotify: $(cat watcher.err)"
	check_equal "what is said of it" "memwatchd: inotify: no instance is left; raise fs.inotify.max_user_instances; new \
programs are looked for 4 times a second instead" "$(cat watcher.err)"
	plot polled.json --window 1h
	echo junk >"$XDG_RUNTIME_DIR/memwatch/default/rings/junk"
	emitter polled <<<"emit 1 0
flush 5000" >emitted.out
	see polled.json '.name == "polled" and .label == "1"'
	"$O/examples/hello" &
	see polled.json '.name == "hello" and .label == "started"'
	emitter short <<<"emit 2 0" >emitted.out
	see polled.json '.name == "short" and .label == "2"'
	sleep 0.6
	check_equal "notices of what is no ring" 1 "$(grep -c "is no ring" watcher.err)"
	kill $plotter
	memwatch stop
fi

# --- seccomp: what a container's filter refuses

PATH=$O/tests:$PATH
if refuse pidfd_open,inotify_init1 true; then
	rm -f begun
	refuse pidfd_open,inotify_init1 memwatch record -i 50ms -o refused.mwdb -- \
		sh -c 'sh -c "sleep 0.5; exit 3"; "$0"; exit 4' "$O/examples/hello" 2>refused.err
	check_equal "a run without pidfds" 4 $?
	check_match "what is said of pidfds" "pidfd_open: the system call is refused, by seccomp" "$(cat refused.err)"
	check_match "what is said of inotify" "inotify: the system call is refused, by seccomp" "$(cat refused.err)"
	check_equal "its milestones" "started;50 MB read;done" \
		"$(sqlite3 refused.mwdb "select label from event where process in (select id from process where name = 'hello') order by t_ns" | paste -sd';')"
	check_equal "processes that are said to live" 0 \
		"$(sqlite3 refused.mwdb "select count(*) from process where ended is null")"
	check_equal "what goes on after it" "" "$(memwatch sessions 2>/dev/null | grep -E '^ *[0-9]+ ')"
	refuse pidfd_open memwatchd --foreground --interval 50ms 2>watcher.err &
	watcher=$!
	wait_for 10 memwatch status || fail "no watcher without pidfds: $(cat watcher.err)"
	gate=$(pgrep -P $watcher)
	kill -KILL "$gate"
	wait_for 5 eval '[ "$(status_of gate_restarts)" = 1 ]' || fail "a gate that was killed is not replaced"
	memwatch stop
fi

# --- commands whose processes are not their descendants

mkdir bin
printf '#!/bin/sh\nexit 0\n' | tee bin/docker bin/ssh bin/systemd-run bin/podman bin/sudo >/dev/null
chmod +x bin/*
PATH=$PWD/bin:$PATH
for command in "docker run x" "sudo -n docker run x" "ssh host true" "systemd-run x" "podman run x" "env A=1 docker run x"; do
	check_match "run -- $command" "^memwatch: (docker|ssh|systemd-run|podman): .*no descendants.*--cgroup or --unit" \
		"$(memwatch run --view json -- $command 2>&1 >/dev/null)"
done
check_match "in a shell" "^memwatch: docker: " "$(memwatch run --view json -- sh -c 'docker run x' 2>&1 >/dev/null)"
check_match "in a recording" "docker: a daemon starts" "$(memwatch record -o d.mwdb -- docker run x 2>&1)"
check_equal "in its file" 1 "$(sqlite3 d.mwdb "select count(*) from event where label like 'docker: a daemon%'")"
check_equal "a unit's scope" "" "$(memwatch run --view json -- systemd-run --scope x 2>&1 >/dev/null)"
check_equal "another command" "" "$(memwatch run --view json -- true docker 2>&1 >/dev/null)"
