#!/bin/bash
# A recording of a storm of short processes is read in memory that goes with their number: 64 MiB and 100 bytes each where
# there are 300,000, which leaves 300 bytes each beside what a program takes for a recording of four.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/recording.sh"

sanitized && skip "a sanitizer takes more memory for itself"
cd "$TMPDIR" || exit 1
COUNT=10000
EACH=300
CACHE=$((2 << 10)) # KiB, that SQLite holds of a file larger than that

"$O/tests/make_recording" small.mwdb || fail "no recording to begin with"
cp small.mwdb many.mwdb
sqlite3 many.mwdb "PRAGMA synchronous = OFF;
	CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 99 + $COUNT)
		SELECT i, i * 20000000 AS t FROM n;
	INSERT INTO process(id, pid, ppid, name, command, first_ns, last_ns, ended, exit_code, peak_rss, max_rss, peak_kind)
		SELECT i, 10000 + i, 1, 'cc1-' || i % 40, '/usr/lib/gcc/cc1 -quiet src/file' || i || '.c -o /tmp/cc' || i,
		t, t + 300000000, 'exited', 0, 6 << 20, 5 << 20, 'exact' FROM n;
	INSERT INTO sample(t_ns, process, rss, shared) SELECT t, i, rss, 1 << 20 FROM
		(SELECT t, i, 1 << 20 AS rss FROM n UNION ALL SELECT t + 100000000, i, i << 12 FROM n) ORDER BY t;
	UPDATE session SET value = ($COUNT + 200) * 20000000 WHERE key = 'recorded_ns';" || fail "no recording of many"

# peak ARGUMENT...: KiB that this memwatch had at most.
peak() {
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' memwatch "$@" || fail "memwatch $* fails"
}

# bounded COUNT RECORDING EACH ARGUMENT...: %, in the arguments, is the recording.
bounded() {
	local count=$1 recording=$2 each=$3 few many most
	shift 3
	few=$(peak "${@/\%/small.mwdb}")
	many=$(peak "${@/\%/$recording}")
	rm -f out.*
	most=$((few + CACHE + count * each / 1024))
	[ "$many" -le "$most" ] || fail "$*: $many KiB for $count processes, $few KiB for few: over $most KiB"
}

bounded "$COUNT" many.mwdb "$EACH" report %
bounded $((2 * COUNT)) many.mwdb "$EACH" compare % %
bounded "$COUNT" many.mwdb "$EACH" replay --view json %
for format in html pftrace; do
	bounded "$COUNT" many.mwdb "$EACH" export --force % -o "out.$format"
done

# A crowd: all live for ten minutes, at the same time, and every hundredth leaks. What a total needs to know of each that
# lives is more; how it grew is judged in turn, and the same as if there were few.
CROWD=6000
cp small.mwdb crowd.mwdb
sqlite3 crowd.mwdb "PRAGMA synchronous = OFF;
	CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 99 + $CROWD)
		SELECT i FROM n;
	CREATE TEMP TABLE k AS WITH RECURSIVE k(t) AS (SELECT 0 UNION ALL SELECT t + 12 FROM k WHERE t < 590) SELECT t FROM k;
	INSERT INTO process(id, pid, ppid, name, command, first_ns, last_ns, ended, exit_code)
		SELECT i, 10000 + i, 1, iif(i % 100, 'idle', 'leaks'), 'worker', 0, 600000000000, 'exited', 0 FROM n;
	INSERT INTO sample(t_ns, process, rss, shared) SELECT t * 1000000000, i,
		(4 << 20) + iif(i % 100, t % 7 << 12, (t << 17) + t % 7), 1 << 20 FROM k, n WHERE t = 0 OR i % 100 = 0 ORDER BY t, i;
	UPDATE session SET value = 601000000000 WHERE key = 'recorded_ns';" || fail "no recording of a crowd"
bounded "$CROWD" crowd.mwdb $((EACH + 200)) report %
memwatch report --json crowd.mwdb >crowd.json || fail "memwatch report --json fails"
memwatch report --json --name leaks crowd.mwdb >few.json || fail "memwatch report --json --name fails"
verdicts() {
	jq -r '.processes[] | select(.pid >= 10000) | "\(.name) \(.verdict.kind // .verdict)"' "$1" | sort | uniq -c
}
check_equal "verdicts in a crowd" "$((CROWD - CROWD / 100)) idle steady $((CROWD / 100)) leaks leak" "$(verdicts crowd.json | xargs)"
check_equal "verdicts alone" "$((CROWD / 100)) leaks leak" "$(verdicts few.json | xargs)"
check_equal "no directory for a crowd's lives" \
	"memwatch: crowd.mwdb: cannot keep what happened in a file of /nowhere: No such file or directory" \
	"$(TMPDIR=/nowhere memwatch compare crowd.mwdb crowd.mwdb 2>&1)"
