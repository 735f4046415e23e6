#!/bin/bash
# Sessions into other formats: exact, of the part that is asked for, and whole or not at all.
. "$ROOT/tests/lib.sh"
PATH=$O/tests:$PATH

cd "$TMPDIR" || exit 1
make_recording s.mwdb || fail "no recording"

# refuses STATUS MESSAGE [ARG]...: the export fails with this status and these lines, and leaves nothing behind.
refuses() {
	local expected=$1 message=$2 got

	shift 2
	memwatch export "$@" >refused.out 2>refused.err
	got=$?
	check_equal "status of export $*" "$expected" $got
	check_equal "message of export $*" "$message" "$(cat refused.err)"
	check_equal "output of export $*" "" "$(cat refused.out)"
	check_equal "left by export $*" "" "$(ls -A | grep part-)"
}

# --- the whole session, in full

for ending in csv jsonl dat; do
	memwatch export s.mwdb -o out.$ending >said 2>&1 || fail "export to .$ending: $(cat said)"
	check_equal "said of .$ending" "" "$(cat said)"
	diff "$ROOT/tests/golden/export.$ending" out.$ending || fail ".$ending differs"
done
check_equal "left behind" "" "$(ls -A | grep part-)"
memwatch export s.mwdb -o "$TMPDIR/OUT.CSV" && cmp out.csv OUT.CSV || fail "an ending in capitals, a whole path"

# --- as others read them

/usr/bin/env python3 - <<'END' || fail "what Python reads"
import csv, json

rows = list(csv.reader(open("out.csv", newline="", encoding="utf-8")))
lines = [json.loads(line) for line in open("out.jsonl", encoding="utf-8")]
assert rows.pop(0) == ["t_s", "wall", "pid", "name", "rss_bytes", "event", "rss_age_s", "peak_rss_bytes",
                      "peak_exact"]
assert all(len(row) == 9 for row in rows)
assert len(rows) == len(lines)

samples = [(float(row[0]), int(row[2]), int(row[4])) for row in rows if not row[5]]
assert samples == [(line["t"], line["pid"], line["rss"]) for line in lines if line["type"] == "sample"]
assert [float(row[1]) for row in rows] == [line["wall"] for line in lines]
for row, line in zip(rows, lines):
    if line["type"] == "event":
        words = ": ".join(filter(None, (line["category"], line["label"])))
        words = ("" if line["kind"] == "milestone" else line["kind"] + " ") + words
        rss = line["rss_end" if line["kind"] == "end" else "rss"]
        assert row[4] == ("" if rss is None else str(rss)), (row, line)
        age, peak, exact = line["rss_age"], line.get("peak_rss"), line.get("peak_exact")
        assert row[6] == ("" if age is None else "%.9f" % age), (row, line)
        assert row[7:] == (["", ""] if peak is None else [str(peak), str(int(exact))]), (row, line)
        if words.isascii() and words.isprintable() and words[0] not in "=+-@":
            assert row[5] == words, (row, words)
    assert not row[3].startswith(tuple("=+-@\t\r")) and not row[5].startswith(tuple("=+-@\t\r")), row
    assert row[3].isprintable() and row[5].isprintable(), row
END

# --- what mprof makes of it

mprof() { /usr/bin/python3 -m mprof "$@"; }
if /usr/bin/python3 -c 'import mprof, matplotlib' 2>/dev/null; then
	for style in '' --flame; do
		MPLBACKEND=Agg mprof plot $style -o plot$style.png out.dat >said 2>&1 || fail "mprof plot $style: $(cat said)"
		check_equal "the picture $style" PNG "$(head -c 4 plot$style.png | tail -c 3)"
	done
	check_equal "peaks by mprof" "out.dat	30.000 MiB
  Child child-99			1536.000 MiB
  Child child-99-2			7.000 MiB" "$(mprof peak out.dat)"
	/usr/bin/python3 - <<'END' || fail "what mprof reads"
import mprof

got = mprof.read_mprofile_file("out.dat")
assert got["cmd_line"] == "./recorder --leak\n", got
assert got["mem_usage"][:4] == [10, 10, 12, 13] and len(got["timestamp"]) == len(got["mem_usage"]) == 19, got
marks = got["func_timestamp"]
wall = 1700000000.123456
near = lambda a, b: all(abs(x - y) < 2e-6 for x, y in zip(a, b)) and len(a) == len(b)
assert near(marks["I/O:_read"][0], [wall + 0.16, wall + 0.25, 11, 13, 0]), marks
assert near(marks['I/O:_parse,_"nested"'][0], [wall + 0.18, wall + 0.21, 11, 12, 1]), marks
assert near(marks["compute:_overlaps"][0], [wall + 0.22, wall + 0.62, 12, 20, 1]), marks
assert near(marks["camera:_saved"][0], [wall + 1.65, wall + 1.65, 30, 30, 1]), marks
assert near(marks["never_ends_(unfinished)"][0], [wall + 1.01, wall + 2, 21, 8, 0]), marks
assert not any("cut_short" in name or "late" in name for name in marks), marks
END
else
	echo "mprof or matplotlib is not here: what mprof makes of it is not tested"
fi

# --- a part of it

# part [OPTION]...: the rows of that part.
part() {
	memwatch export s.mwdb -o part.csv "$@" || fail "export $*"
	tail -n +2 part.csv
}

nasty='"""a"", </script> 録画 \x1b[2J�"'
check_equal "from to" "0.200000000,1700000000.323456789,4321,recorder,12582912,,,,
0.200000000,1700000000.323456789,99,$nasty,1609564160,,,,
0.200000000,1700000000.323456789,0,total,1622147072,,,,
0.205000000,1700000000.328456789,99,$nasty,1609564160,'@SUM(1+1)|cmd,0.000000000,," "$(part --from 0.2 --to 205ms)"
check_equal "the end of it" "1.900000000 2.000000000" "$(part --from 1.9 | cut -d , -f 1 | xargs)"
check_equal "the begin of it" "0.000000000 0.000000000" "$(part --to 500us | cut -d , -f 1 | xargs)"
check_equal "the first moment" "0.000000000 0.000000000" "$(part --to 0 | cut -d , -f 1 | xargs)"
check_equal "nothing" "" "$(part --from 1.91 --to 1.95)"
check_equal "a later name" "0.230000000,1700000000.353456789,99,child,,process is now: ./child,,," \
	"$(part --from 0.23 --to 0.24)"
memwatch export s.mwdb -o part.jsonl --from 0.23 --to 0.24
check_equal "it changes and doesn't begin" change "$(jq -r .state part.jsonl)"

# of PIDs and names, and always the session's own
check_equal "by pid" "0 4321" "$(part --pid 4321 | cut -d , -f 3 | sort -u | xargs)"
check_equal "by pids" "0 4321 5000" "$(part --pid 4321,5000 | cut -d , -f 3 | sort -un | xargs)"
check_equal "by name" "0 99" "$(part --name '^chi(ld|ps)$' | cut -d , -f 3 | sort -u | xargs)"
check_equal "by either" "0 99 5000" "$(part --name gone --pid 99 | cut -d , -f 3 | sort -un | xargs)"
check_equal "both lives of a pid" 2 "$(part --pid 99 | grep -c 'process begins')"

# --- what makes no sense, or can't be

formats=$(for name in csv jsonl dat svg png pdf gp; do echo "  .$name"; done)
listed() { memwatch export s.mwdb "$@" 2>&1 >/dev/null | sed 1d; }
[ -n "$(listed)" ] && check_equal "formats that are listed" "$(listed)" "$(listed -o out.xyz)"
for ending in $formats; do
	listed | grep -qE "^  $ending +[a-zA-Z]" || fail "$ending isn't listed: $(listed)"
done
refuses 2 "memwatch: no file to write: give it with -o OUT, whose ending is one of
$(listed)" s.mwdb
for name in out.xyz out csv .csv. dir.csv/out; do
	refuses 2 "memwatch: $name: its ending is that of no known format; these are
$(listed)" s.mwdb -o $name
done
refuses 2 "memwatch: from 2 s, to 1 s: there is nothing between; --from is the earlier one" \
	s.mwdb -o x.csv --from 2 --to 1
refuses 2 "memwatch: name '(': is no regular expression: Unmatched ( or \\(" s.mwdb -o x.csv --name '('
refuses 1 "memwatch: s.mwdb: ends 2 s after the session's start, before --from" s.mwdb -o x.csv --from 2.1
refuses 1 "memwatch: s.mwdb: has no process with a name that matches nobody; without --pid and --name all are taken" \
	s.mwdb -o x.csv --name nobody
refuses 1 "memwatch: s.mwdb: has no process with such a pid; without --pid and --name all are taken" \
	s.mwdb -o x.csv --pid 1,2
refuses 1 "memwatch: none.mwdb: No such file or directory" none.mwdb -o x.csv
refuses 1 "memwatch: out.csv: is no session that memwatch recorded" out.csv -o x.csv
check_equal "files that were refused" "" "$(ls x.csv 2>/dev/null)"
cp s.mwdb s.csv
refuses 2 "memwatch: ./s.csv: is the recording itself; give another name" s.csv -o ./s.csv
cmp s.mwdb s.csv || fail "the recording was written over"

# --- where it goes

mkdir dir.csv
refuses 1 "memwatch: dir.csv: is a directory; name a file in it" s.mwdb -o dir.csv
refuses 1 "memwatch: none/x.csv: cannot be written: No such file or directory" s.mwdb -o none/x.csv
(umask 027 && memwatch export s.mwdb -o mode.csv) && check_equal "its mode" 640 "$(stat -c %a mode.csv)"
echo old >behind.csv && ln -s behind.csv link.csv
memwatch export s.mwdb -o link.csv && [ -L link.csv ] && cmp behind.csv out.csv || fail "through a link"
ln -s dangling-to.csv dangling.csv
memwatch export s.mwdb -o dangling.csv && cmp dangling.csv out.csv || fail "through a link to nothing"
long=$(printf '%0250d.csv' 0)
memwatch export s.mwdb -o "$long" && cmp "$long" out.csv || fail "the longest name"
mkfifo pipe.csv
cat pipe.csv >piped &
memwatch export s.mwdb -o pipe.csv && wait $! && [ -p pipe.csv ] && cmp piped out.csv || fail "through a fifo"
ln -s /dev/full full.csv
refuses 1 "memwatch: full.csv: cannot be written: No space left on device" s.mwdb -o full.csv

# --- whole or not at all

make_recording long.mwdb --long 3000000 10 || fail "no long recording"
echo before >kept.csv
(
	ulimit -f 1000
	refuses 1 "memwatch: kept.csv: cannot be written: File too large" long.mwdb -o kept.csv
	refuses 1 "memwatch: new.csv: cannot be written: File too large" long.mwdb -o new.csv
) || exit 1
head -c 10 pipe.csv >/dev/null &
refuses 1 "memwatch: pipe.csv: cannot be written: Broken pipe" long.mwdb -o pipe.csv
check_equal "the file that was there" before "$(cat kept.csv)"
[ -e new.csv ] && fail "half a file is there"

# A signal while it writes: the file beside has begun.
echo before >kept.jsonl
for signal in INT:130 TERM:143 HUP:129; do
	env --default-signal=INT,HUP memwatch export long.mwdb -o kept.jsonl 2>stopped.err &
	exporter=$!
	until ls -A | grep -q "^.kept.jsonl.part-$exporter$"; do
		[ -d /proc/$exporter ] || fail "the export was over before SIG${signal%:*} could be sent"
	done
	kill -${signal%:*} $exporter
	wait $exporter
	check_equal "status after SIG${signal%:*}" "${signal#*:}" $?
	check_equal "left after SIG${signal%:*}" "" "$(ls -A | grep part-)$(cat stopped.err)"
	check_equal "the file that was there" before "$(cat kept.jsonl)"
done

# Stopped where nobody reads the fifo: it catches the signal, and sleeps in open.
env --default-signal=INT memwatch export s.mwdb -o pipe.csv &
exporter=$!
waits() {
	local caught

	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' /proc/$exporter/status)
	[ $((0x$caught & 1 << (2 - 1))) -ne 0 ] && grep -q '^State:[[:space:]]*S' /proc/$exporter/status
}
wait_for 5 waits || fail "an export to a fifo does not wait for its reader"
kill -INT $exporter
wait $exporter
check_equal "status after SIGINT at a fifo" 130 $?

# --- progress, on a terminal, after a second; a fifo makes it last

cat >terminal.py <<'END'
import os, pty, subprocess, sys, threading, time

def reader():
    with open("pipe.csv", "rb") as pipe:
        time.sleep(float(sys.argv[1]))
        while pipe.read(1 << 20):
            pass

ours, theirs = pty.openpty()
thread = threading.Thread(target=reader)
thread.start()
export = subprocess.Popen(["memwatch", "export", "long.mwdb", "-o", "pipe.csv"], stderr=theirs)
os.close(theirs)
shown = b""
try:
    while piece := os.read(ours, 4096):
        shown += piece
except OSError:
    pass
thread.join()
assert export.wait() == 0
sys.stdout.buffer.write(shown)
END
python3 terminal.py 1.2 >shown || fail "an export with a terminal"
tr '\r' '\n' <shown | sed '/^$/d' >steps
grep -qE '^\[#*\.*\] +[0-9]+ %$' steps || fail "no progress: $(cat -v shown)"
check_equal "what stays of it" "" "$(tail -n 1 steps | tr -d ' ')"
tail -c 1 shown | grep -q "$(printf '\r')" || fail "the cursor stays at the end of the progress"
wc -l <pipe.csv >rows &
memwatch export long.mwdb -o pipe.csv 2>said && wait $! || fail "the long session: $(cat said)"
check_equal "progress that is no terminal's" "" "$(cat said)"
check_equal "rows of the long session" $((3000000 + 300000 + 1 + 10 + 3000)) "$(cat rows)"
