#!/bin/bash
# In namespaces of their own: a PID that is used twice has two lines, and a cgroup is what its files tell.
. "$ROOT/tests/session.sh"

unshare --pid --mount --fork --mount-proc true 2>/dev/null || { echo "no namespaces here: nothing of a PID reused"; exit 0; }
cat >twice.sh <<'END'
sleep 0.4 &
pid=$!
wait $pid
for try in {1..50}; do
	echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
	sleep 0.5 &
	[ $! = $pid ] && break
	kill $!
done
echo $pid $! >pids
wait
END
unshare --pid --mount --fork --mount-proc memwatch run --view json -i 50ms -- bash twice.sh >twice.json || fail "twice.sh"
read -r pid again <pids
check_equal "the PID that is used again" "$pid" "$again"
check_equal "its lives" "begin end begin end" "$(get twice.json ".pid == $pid and .type == \"process\" and .state != \"change\"" .state | xargs)"
check_equal "their ends" "exited with status 0
exited with status 0" "$(get twice.json ".pid == $pid and .state == \"end\"" .reason)"

mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
dir=$mount/memwatch-test-$$
[ -n "$mount" ] && mkdir "$dir" 2>/dev/null || { echo "no cgroup v2 to write to here"; exit 0; }
cat >cgroup.sh <<'END'
mount -t tmpfs none "$1" && mkdir "$1/below" || exit 77
echo 5242880 >"$1/memory.current"
echo 8388608 >"$1/memory.peak"
echo 10485760 >"$1/memory.max"
printf 'low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n' >"$1/memory.events"
sleep 4 &
: >"$1/cgroup.procs"
echo $! >"$1/below/cgroup.procs"
memwatch --unit "${1##*/}" -i 50ms --view json --duration 1.5s >cgroup.json &
until grep -q '"rss":5242880' cgroup.json; do sleep 0.02; done
printf 'low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n' >"$1/memory.events"
echo 6291456 >"$1/memory.current"
wait $!
kill %1
END
timeout 8 unshare --mount bash cgroup.sh "$dir"
status=$?
rmdir "$dir"
[ $status = 77 ] && { echo "no tmpfs to be mounted here"; exit 0; }
line=".pid == 0 and .name == \"/${dir##*/}\""
check_equal "its memory" "5242880 6291456" "$(get cgroup.json "$line and .type == \"sample\"" .rss | uniq | xargs)"
check_equal "its begin" "memory.current of /${dir##*/}" "$(get cgroup.json "$line and .state == \"begin\"" .command)"
check_equal "its limit" 10485760 "$(get cgroup.json "$line and .kind == \"cgroup\"" .limit | uniq)"
check_equal "who is in it" sleep "$(get cgroup.json '.type == "process" and .state == "begin" and .pid > 0' .name)"
check_equal "what happened" "memory.max of /${dir##*/} was hit, 6 times
oom_kill in /${dir##*/}" "$(get cgroup.json '.category == "cgroup"' .label | sort)"
