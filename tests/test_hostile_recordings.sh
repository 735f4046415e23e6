#!/bin/bash
# A recording is a stranger's file: whatever is in it, each program that reads one says in one line what is wrong, at once,
# with little memory, and leaves nothing beside.
. "$ROOT/tests/lib.sh"
. "$ROOT/tests/recording.sh"

cd "$TMPDIR" || exit 1
"$O/tests/make_recording" sound.mwdb || fail "no recording to begin with"
sanitized && leave_out "the limit of 256 MiB: a sanitizer reserves terabytes"

# bounded COMMAND...: in 5 s, and 256 MiB (a sanitizer takes more for itself).
bounded() {
	sanitized || ulimit -v 262144
	timeout -s KILL $(sanitized && echo 30 || echo 5) "$@"
}

# reader FILE N: what the Nth program that reads a recording says of it, then its status and name.
programs=(report 'report --json' replay compare csv jsonl json pftrace dat html svg gp)
reader() {
	local how=${programs[$2]}
	case $how in
	report*) set -- memwatch $how "$1" ;;
	replay) set -- memwatch replay --view json "$1" ;;
	compare) set -- memwatch compare sound.mwdb "$1" ;;
	*) set -- memwatch export "$1" -o "out.$how" ;;
	esac
	(bounded "$@" 2>&1 >out || echo "$? $how") | paste -sd' '
	[ ! -e "out.$how" ] || echo "left behind: out.$how"
	rm -f "out.$how"
}

# refused NAME PATTERN: NAME.mwdb is refused in that line; by three programs, others each time, or by each with ALL=1.
turn=0
refused() {
	local i said count=${ALL:+${#programs[@]}}
	for ((i = 0; i < ${count:-3}; i++)); do
		turn=$(((turn + 1) % ${#programs[@]}))
		said=$(reader "$1.mwdb" $turn)
		grep -qxE "memwatch: $1\.mwdb: $2 1 ${programs[turn]}" <<<"$said" ||
			fail "$1, ${programs[turn]}: expected 'memwatch: $1.mwdb: $2', got '$said'"
	done
	rm -f "$1".mwdb*
}

# hostile NAME PATTERN SQL: a recording with that done to it is refused.
hostile() {
	cp sound.mwdb "$1.mwdb"
	sqlite3 "$1.mwdb" "$3" || fail "$1: no such recording can be made"
	refused "$1" "$2"
}

# retyped TABLE NAME SQL: the same table with columns of no type, so that its rows may have anything.
retyped() {
	echo "PRAGMA foreign_keys = OFF; CREATE TABLE was AS SELECT * FROM $1; DROP TABLE $1;
		CREATE TABLE $1($(ask sound.mwdb "SELECT group_concat(name) FROM pragma_table_info('$1')"));
		INSERT INTO $1 SELECT * FROM was; $2"
}

refuse='is damaged: row -?[0-9]+ of its table'

# --- values of another type, or beyond what they can be

hostile process_id_text "$refuse process: id is not the number of a process" \
	"$(retyped process "UPDATE process SET id = '9' WHERE rowid = 1; UPDATE process SET id = 60000000 WHERE rowid = 2")"
hostile process_twice 'is damaged: it numbers processes twice' "$(retyped process 'UPDATE process SET id = 1')"
hostile process_zero "$refuse process: id is not the number of a process" 'UPDATE process SET id = 0 WHERE id = 1'
hostile process_negative "$refuse process: id is not the number of a process" 'UPDATE process SET id = -1 WHERE id = 1'
hostile process_large "$refuse process: id is not the number of a process" \
	'UPDATE process SET id = 9223372036854775807 WHERE id = 1'
hostile process_pid "$refuse process: pid is not a number that it can have" 'UPDATE process SET pid = -5'
hostile process_name "$refuse process: name is not a text" "UPDATE process SET name = x'00ff'"
hostile process_first "$refuse process: first_ns is not a time in the session" \
	'UPDATE process SET first_ns = -9223372036854775808'
hostile process_last "$refuse process: last_ns is not a time in the session" \
	"UPDATE process SET ended = 'exited', last_ns = 9223372036854775807"
hostile process_code "$refuse process: exit_code is not an exit status" 'UPDATE process SET exit_code = 1 << 40'
hostile process_peak "$refuse process: peak_rss is not a number of bytes" 'UPDATE process SET peak_rss = -1'
hostile named_null "$refuse named: command is not a text" "$(retyped named 'UPDATE named SET command = NULL')"
hostile sample_real "$refuse sample: rss is not a number of bytes" 'UPDATE sample SET rss = 1e300'
hostile sample_text "$refuse sample: t_ns is not a time in the session" \
	"$(retyped sample "UPDATE sample SET t_ns = 'soon' WHERE rowid = 3")"
hostile sample_process "$refuse sample: process is not the number of a process" \
	"$(retyped sample "UPDATE sample SET process = 4294967297")"
hostile event_null "$refuse event: t_ns is not a time in the session" "$(retyped event 'UPDATE event SET t_ns = NULL')"
hostile event_before_time "$refuse event: t_ns is not a time in the session" \
	'UPDATE event SET t_ns = -(1 << 60) WHERE rowid = 1'
hostile event_duration "$refuse event: duration_ns is not a count" 'UPDATE event SET duration_ns = -1'
hostile event_rss "$refuse event: rss is not a number of bytes" 'UPDATE event SET rss = -4096'
hostile gap_count "$refuse gap: count is not a count" 'UPDATE gap SET count = -1'
hostile bound_used "$refuse bound: used_bytes is not a number of bytes" \
	"INSERT INTO bound VALUES(5, 1, 'cgroup', 1, 'many')"
hostile inspection_place "$refuse inspection: place is not a number that it can have" \
	"INSERT INTO inspection VALUES(5, 1, 1, -1, 1, 'heap', '', 1, 1, 1, 1, 1, 1, 1, 1)"
hostile metric_pss "$refuse metric: pss is not a number of bytes" 'INSERT INTO metric(t_ns, process, pss) VALUES(5, 1, -5)'

# --- a session that can't be

hostile interval_negative "is damaged: its session's interval_ns is not what it can be" \
	"UPDATE session SET value = -1 WHERE key = 'interval_ns'"
hostile interval_zero "is damaged: it doesn't say when it was recorded" \
	"UPDATE session SET value = 0 WHERE key = 'interval_ns'"
hostile interval_text "is damaged: its session's interval_ns is not what it can be" \
	"UPDATE session SET value = 'often' WHERE key = 'interval_ns'"
hostile start "is damaged: its session's start_mono_ns is not what it can be" \
	"UPDATE session SET value = 9223372036854775807 WHERE key = 'start_mono_ns'"
hostile recorded "is damaged: its session's recorded_ns is not what it can be" \
	"UPDATE session SET value = -1 WHERE key = 'recorded_ns'"

# --- a schema that does something

hostile view_random 'is not as memwatch makes recordings: its process is not a table' \
	"$(ask sound.mwdb "SELECT 'ALTER TABLE process RENAME TO was; CREATE VIEW process AS SELECT abs(random()) % 9999999 AS id,' ||
		group_concat(name) || ' FROM was' FROM pragma_table_info('process') WHERE name != 'id'")"
hostile view_recursive 'is not as memwatch makes recordings: its sample is not a table' \
	"DROP TABLE sample; CREATE VIEW sample AS WITH RECURSIVE n(t_ns) AS (SELECT 1 UNION ALL SELECT t_ns + 1 FROM n)
		SELECT t_ns, 1 AS process, t_ns AS rss, NULL AS pss, NULL AS swap, NULL AS shared FROM n"
hostile view_session 'is not as memwatch makes recordings: its session is not a table' \
	"ALTER TABLE session RENAME TO was; CREATE VIEW session AS SELECT * FROM was"
hostile trigger 'is not as memwatch makes recordings: it has a trigger, evil\\n' \
	"CREATE TRIGGER \"evil
\" AFTER INSERT ON sample BEGIN DELETE FROM sample; END"
hostile computed 'is not as memwatch makes recordings: its table sample computes a column' \
	"DROP TABLE sample; CREATE TABLE sample(t_ns, process, pss, swap, shared, rss AS (abs(t_ns)))"
hostile no_column 'is damaged: its table sample has no column rss' 'ALTER TABLE sample RENAME COLUMN rss TO was'
hostile no_table 'is damaged: it has no table event' 'DROP TABLE event'
hostile no_rowid 'no such column: rowid' \
	"DROP TABLE gap; CREATE TABLE gap(from_ns PRIMARY KEY, to_ns, process, reason, count) WITHOUT ROWID"
hostile virtual 'is not as memwatch makes recordings: its gap is not a table' \
	"DROP TABLE gap; CREATE VIRTUAL TABLE gap USING fts5(from_ns, to_ns, process, reason, count)"
hostile long_text 'is damaged: a text in it is longer than any should be' \
	"UPDATE event SET label = printf('%.*c', 3000000, 'x') WHERE rowid = 1"

# --- sizes that its bytes don't bear out

# Many lines in few bytes are taken for what they are.
cp sound.mwdb sparse.mwdb
sqlite3 sparse.mwdb 'PRAGMA foreign_keys = OFF; UPDATE process SET id = 67108863 WHERE id = 1;
	UPDATE sample SET process = 67108863 WHERE process = 1; UPDATE event SET process = 67108863 WHERE process = 1;
	UPDATE named SET process = 67108863 WHERE process = 1; UPDATE gap SET process = 67108863 WHERE process = 1'
for ((turn = 0; turn < ${#programs[@]}; turn++)); do
	said=$(reader sparse.mwdb $turn | grep -v '^left behind')
	check_equal "a process with a large number, ${programs[turn]}" "" "$said"
done
check_equal "a process with a large number" "$(memwatch report sound.mwdb | sort)" \
	"$(bounded memwatch report sparse.mwdb | sort)"

# A week of microseconds, in two rows.
cp sound.mwdb week.mwdb
sqlite3 week.mwdb "UPDATE session SET value = 1000 WHERE key = 'interval_ns';
	UPDATE session SET value = 604800000000000 WHERE key = 'recorded_ns'; UPDATE process SET ended = NULL"
for format in csv jsonl dat; do
	said=$(bounded memwatch export week.mwdb -o out.$format 2>&1)
	check_match "a week of microseconds" \
		'^memwatch: week\.mwdb: says that its [0-9]+ rows stand for [0-9.e+]+ samples, one each 1e-06 s; with --force they are all read$' "$said"
	[ ! -e out.$format ] || fail "a week of microseconds: out.$format is written"
done
said=$(bounded memwatch replay --view json week.mwdb 2>&1 >out)
check_match "a week of microseconds, replayed" '^memwatch: week\.mwdb: says that' "$said"
bounded memwatch export week.mwdb --to 0.2 -o out.csv || fail "a week of microseconds: a part of it"
bounded memwatch export week.mwdb --from 600000 --to 600000.1 -o out.csv || fail "a week of microseconds: a late part of it"
said=$(bounded memwatch export week.mwdb --from 1 --to 4 -o out.csv 2>&1)
check_match "a part of as many samples as are refused of the whole" '^memwatch: week\.mwdb: says that' "$said"
for format in json html svg pftrace; do
	bounded memwatch export week.mwdb -o out.$format || fail "a week of microseconds, as $format"
done
bounded memwatch report week.mwdb >out || fail "a week of microseconds: report"

# Holes that are longer than any loop over their deadlines could be.
cp week.mwdb holes.mwdb
sqlite3 holes.mwdb "DELETE FROM gap; UPDATE session SET value = 1 WHERE key = 'interval_ns';
	INSERT INTO gap VALUES(200000000, 604799999999990, NULL, 'empty ticks', 5),
		(604799999999991, 604799999999999, NULL, 'missed ticks', 9)"
bounded memwatch export holes.mwdb --from 1000 -o out.csv >out 2>&1
check_equal "long holes: exit status" 1 $?

# ^C ends what would take days, and takes away what was written.
rm -f out.*
for format in csv jsonl dat; do
	env --default-signal=INT timeout 10 memwatch export week.mwdb --force -o out.$format &
	pid=$!
	wait_for 5 eval 'ls .out.* | grep -q .' || fail "$format: doesn't begin"
	kill -INT "$(pgrep -P $pid memwatch)"
	wait $pid
	check_equal "^C: exit status" 130 $?
	check_equal "^C: left behind" "" "$(ls -A | grep "out\.$format")"
done

# --- bytes

# Pages that lead to themselves: the root of the samples has itself as a child, many times.
cp sound.mwdb circle.mwdb
python3 - <<'END' || fail "no circle can be made"
import sqlite3, struct
name = "circle.mwdb"
db = sqlite3.connect(name)
db.execute("PRAGMA foreign_keys = OFF")
db.executemany("INSERT INTO sample(t_ns, process, rss) VALUES(?, 1, ?)", [(10**9 + i, i * 4096) for i in range(20000)])
db.commit()
root, = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sample'").fetchone()
size, = db.execute("PRAGMA page_size").fetchone()
db.close()
with open(name, "r+b") as file:
    file.seek((root - 1) * size)
    page = bytearray(file.read(size))
    assert page[0] == 5
    for i in range(struct.unpack(">H", page[3:5])[0]):
        cell = struct.unpack(">H", page[12 + 2 * i:14 + 2 * i])[0]
        page[cell:cell + 4] = page[8:12]
    file.seek((root - 1) * size)
    file.write(page)
END
refused circle 'is damaged(: the rows of its table sample are not in order after row [0-9]+| or cut short)'

cp sound.mwdb short.mwdb
truncate -s 20000 short.mwdb
refused short 'is cut short: 20000 bytes of [0-9]+'
: >empty.mwdb
refused empty 'is no session that memwatch recorded'
head -c 40000 /dev/urandom >random.mwdb
refused random 'is no session that memwatch recorded'
mkfifo pipe.mwdb
refused pipe 'is no file'

# What lies beside a recording is not run: the rollback journal of another.
cp sound.mwdb beside.mwdb
echo precious >precious
head -c 4096 /dev/zero >beside.mwdb-journal
: >beside.mwdb-wal
bounded memwatch report beside.mwdb >out 2>&1
check_equal "a file beside" precious "$(cat precious)"
exit 0
