#!/bin/bash
# A recording of a storm of short processes is read in memory that goes with their number: 64 MiB and 100 bytes each where
# there are 300,000, which leaves 300 bytes each beside what a program takes for a recording of four.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/recording.sh"

sanitized && skip "a sanitizer takes more memory for itself"
cd "$TMPDIR" || exit 1
COUNT=30000
EACH=300
CACHE=$((2 << 10)) # KiB, that SQLite holds of a file larger than that

"$O/tests/make_recording" small.mwdb || fail "no recording to begin with"
cp small.mwdb many.mwdb
sqlite3 many.mwdb "
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

# bounded COUNT ARGUMENT...: %, in the arguments, is the recording.
bounded() {
	local count=$1 few many most
	shift
	few=$(peak "${@/\%/small.mwdb}")
	many=$(peak "${@/\%/many.mwdb}")
	rm -f out.*
	most=$((few + CACHE + count * EACH / 1024))
	[ "$many" -le "$most" ] || fail "$*: $many KiB for $count processes, $few KiB for few: over $most KiB"
}

bounded "$COUNT" report %
bounded $((2 * COUNT)) compare % %
bounded "$COUNT" replay --view json %
for format in html pftrace; do
	bounded "$COUNT" export --force % -o "out.$format"
done
