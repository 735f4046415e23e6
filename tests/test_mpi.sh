#!/bin/bash
# Four ranks under mpirun, each with a line named by its rank, and all that it has told.
. "$ROOT/tests/session.sh"

command -v mpicc mpirun >/dev/null || skip "no mpicc and mpirun here"
mpicc -E -include mpi.h -x c /dev/null >/dev/null 2>&1 || skip "mpicc has no mpi.h here"
make -s -C "$ROOT" O="$O" $(sanitizer_setting) mpi >make.out 2>&1 || fail "make mpi: $(cat make.out)"
start_watcher --interval 20ms
sanitized asan && leave_out "leaks: MPI keeps what it has to its end"
check_equal "the ranks' sum" "total 93750037500000" \
	"$(ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 mpirun $(mpirun_options) -n 4 "$O/examples/mpi_ranks" 2>mpirun.err)"
memwatch --view json --window 1h --duration 300ms >records.json
for rank in 0 1 2 3; do
	pid=$(jq -r "select(.type == \"event\" and .label == \"rank $rank has the total\") | .pid" records.json)
	check_match "rank $rank" '^[0-9]+$' "$pid"
	check_equal "the line of rank $rank" "rank $rank" \
		"$(memwatch list --all --json | jq -r ".[] | select(.pid == $pid) | .name")"
	check_equal "spans of rank $rank" "CPU/fill MPI/Allreduce" \
		"$(jq -r "select(.kind == \"end\" and .pid == $pid) | \"\(.category)/\(.label)\"" records.json | xargs)"
	grown=$(jq "select(.kind == \"end\" and .pid == $pid and .label == \"fill\") | .rss_end - .rss" records.json)
	[ "$grown" -gt $(((rank + 1) * 19000000)) ] || fail "rank $rank: fill has grown by $grown"
done
