#!/bin/bash
# Real families: each process that lived over 200 ms has its line, the total is the sum at each tick, and those that came
# and went unseen are counted.
. "$ROOT/tests/session.sh"
look_for_no_leaks
PYTHON=/usr/bin/python3
[ -x $PYTHON ] || skip "no $PYTHON here"

# family NAME STATUS COMMAND...: run it, with an observer of its own beside it.
family() {
	local name=$1 expected=$2 status

	shift 2
	MEMWATCH_SESSION=$name timeout "$(patience 20)" $PYTHON "$ROOT/tests/family_oracle.py" $name.json $name.lives \
		memwatch run --view json -i 50ms -- "$@" >$name.out 2>$name.err
	status=$?
	check_equal "$name: exit status ($(cat $name.err))" "$expected" $status
	echo "$name: $(grep -c . $name.lives) processes seen, $(awk '$2 > 200' $name.lives | grep -c .) for over 200 ms"
}

# lines FILE: processes that began
lines() {
	jq -c 'select(.type == "process" and .state == "begin" and .pid != 0)' "$1" | grep -c .
}

# unseen FILE: how many it says
unseen() {
	jq -r 'select(.category == "family") | .label' "$1" | sed -nE 's/^(at least )?([0-9]+) process.* unseen$/\2/p' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# live_over FILE LEAST: the observer has seen so many long lives, so that the check was one
live_over() {
	local long
	long=$(awk '$2 > 200' "$1.lives" | grep -c .)
	[ "$long" -ge "$2" ] || fail "$1: only $long processes lived over 200 ms: $(cat "$1.lives")"
}

# --- a shell pipeline, which fails

family pipeline 3 sh -c 'seq 1 200000 | sort -rn | { sleep 0.5; cat; } | { tail -n 1; sleep 0.3; }; exit 3' &

# --- a daemon that forks twice and leaves its session

cat >daemon.py <<'END'
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir("/")
        time.sleep(0.7)
    os._exit(0)
os.wait()
time.sleep(1)
END
family daemon 0 $PYTHON daemon.py &
wait

live_over pipeline 4
live_over daemon 2
daemon=$(awk '$2 > 500 && $2 < 950 { print $1 }' daemon.lives)
check_equal "the daemon's end" "exited with status 0" \
	"$(jq -r "select(.pid == ${daemon:-0} and .state == \"end\") | .reason" daemon.json)"

# --- Python's pool

cat >pool.py <<'END'
import multiprocessing, time
def work(i):
    time.sleep(0.4)
    return i * i
if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        assert pool.map(work, range(4)) == [0, 1, 4, 9]
END
family pool 0 $PYTHON pool.py &

# --- a build

mkdir built
family build 0 make -s -j8 -C "$ROOT" O="$PWD/built" CFLAGS=-O1 "$PWD/built/base/units.o" "$PWD/built/base/text.o" \
	"$PWD/built/base/json.o" "$PWD/built/base/clock.o" "$PWD/built/base/log.o" "$PWD/built/base/digits.o" &
wait
live_over pool 5
[ -f built/base/units.o ] || fail "nothing was built"

# --- OpenMPI

if command -v mpicc mpirun >/dev/null; then
	family mpi 0 mpirun $(mpirun_options) -n 4 sleep 0.5
	live_over mpi 5
fi

# --- 500 that hardly live: with a line or counted, each of them once; as zombies of their parent, and as orphans

family zombies 0 bomb 500 zombies
check_equal "500 zombies" 501 $(($(lines zombies.json) + $(unseen zombies.json)))
family orphans 0 bomb 500 orphans
told=$(($(lines orphans.json) + $(unseen orphans.json)))
# the one whose orphans they are is of the family too, and its parent's to wait for
[ $told = 501 ] || [ $told = 502 ] || fail "500 orphans: $told processes are told of, lines and unseen"
