#!/bin/bash
# The gnuplot view into files: whole pictures at any time, nothing of a text run, no sample lost, and a gnuplot that stops or
# dies harms nobody.
# Runs alone: it looks for ticks that a stopped program costs.
. "$ROOT/tests/session.sh"

command -v gnuplot >/dev/null || skip "gnuplot is not installed"
command -v sqlite3 >/dev/null || skip "no sqlite3 here"
unset DISPLAY WAYLAND_DISPLAY

# replayed FILE OUT [OPTION]...: its end as a picture, and no other word.
replayed() {
	local file=$1 out=$2

	shift 2
	memwatch replay "$file" --speed 100000 --view gnuplot --out "$out" "$@" 2>err || fail "replay to $out: $(cat err)"
	check_equal "replay to $out says" "" "$(cat err)"
}

gnuplot_of() { # PID: the gnuplot that it has started
	pgrep -P "$1" -x 'gnuplot.*'
}

# draw FILE [OPTION]...: a view that has drawn; its pid is in $view, that of its gnuplot in $gnuplot.
draw() {
	local file=$1

	shift
	memwatch --view gnuplot --out "$file" "$@" 2>"$file.err" &
	view=$!
	wait_for 10 test -s "$file" || fail "no picture: $(cat "$file.err")"
	gnuplot=$(gnuplot_of $view) || fail "$file: drawn by no gnuplot"
}

# --- what is refused, before anything is started

refused 2 "term 'paper': this gnuplot has .*dumb, .*svg, pdfcairo$" memwatch --view gnuplot --term paper --pid $$
refused 2 "out 'x.gif': its ending is none of .png, .svg, .pdf$" memwatch --view gnuplot --out x.gif --pid $$
refused 2 "term 'dumb': does not write such a file as 'x.png'$" memwatch --view gnuplot --term dumb --out x.png --pid $$
refused 2 "term 'svg': writes a file, give it with --out FILE.svg$" memwatch --view gnuplot --term svg --pid $$
refused 2 "--out: is for --view gnuplot$" memwatch --view text --out x.png --pid $$
refused 2 "fps '0': is no number of frames" memwatch --view gnuplot --out x.png --fps 0 --pid $$
gnuplot -e 'set print "-"; print GPVAL_TERMINALS' | grep -q ' x11 ' &&
	refused 1 "term 'x11': there is no display" memwatch --view gnuplot --term x11 --pid $$
refused 1 'gnuplot has neither a display nor a terminal to draw in: give it --out FILE' memwatch --view gnuplot --pid $$
refused 1 'cannot start gnuplot: it is not installed \(apt install gnuplot-nox, or gnuplot-qt for windows\)$' \
	env PATH="$O" memwatch run --view gnuplot --out x.png -- touch started
[ ! -e started ] && [ ! -e x.png ] || fail "something was started for nothing: $(ls)"
absent 2>err || fail "a session was started for nothing"

# --- nothing of the texts is run, and they are there as texts

texts=('`touch pwned1`' "\".system('touch pwned2').\"" "';system(\"touch pwned3\")#" '@x' 'e' 'EOD' 'END_OF_TEXTS'
	'END_OF_TEXTS_' '100 % %s %d' 'back\slash\' '{/Symbol a}_b^c' '!touch pwned4' '<touch pwned5' '|touch pwned6 $(touch p7)')
label_recording nasty.mwdb "${texts[@]}" $'two\nlines\e[2J' || fail "can't make a recording"
replayed nasty.mwdb nasty.svg --title '`touch pwned8`' --window 12s
replayed nasty.mwdb nasty.png --title '`touch pwned8`' --window 12s
replayed nasty.mwdb nasty.pdf --title '`touch pwned8`' --window 12s
python3 - "${texts[@]}" 'two\nlines\x1b[2J' <<'END' || fail "nasty.svg"
import sys, xml.dom.minidom
document = xml.dom.minidom.parse("nasty.svg")
def text(node):
    return node.data if node.nodeType == node.TEXT_NODE else "".join(map(text, node.childNodes))
shown = [text(node).strip() for node in document.getElementsByTagName("text")]
for number, one in enumerate(sys.argv[1:], 1):
    if one not in shown:
        sys.exit(f"no label {one!r} in {shown}")
    if not any(line.startswith(one[:10]) and line.endswith(f" [{1000 + number}]") for line in shown):
        sys.exit(f"no name {one!r} in {shown}")
for one in "`touch pwned8`", "50 MiB", "22:13:30":
    if one not in shown:
        sys.exit(f"no {one!r} in {shown}")
END
check_equal "files that texts made" "" "$(ls | grep pwned)"
refused 1 'no/x.svg: cannot be written: No such file' memwatch replay nasty.mwdb --view gnuplot --out no/x.svg

# --- a spike of one sample in 360,000 is there, where it was and as high

make_recording long.mwdb --long 360000 1 || fail "can't make a recording"
spike=$(sqlite3 long.mwdb "SELECT a.rowid FROM sample a JOIN sample b ON b.rowid = a.rowid + 1
	WHERE b.t_ns - a.t_ns = 100000000 AND a.t_ns > 18000000000000 LIMIT 1")
sqlite3 long.mwdb "UPDATE sample SET rss = 1073741824 WHERE rowid = $spike" || fail "can't make a spike"
replayed long.mwdb spike.svg --window 10h
python3 - "$(sqlite3 long.mwdb "SELECT t_ns / 36e12 FROM sample WHERE rowid = $spike")" <<'END' || fail "spike.svg"
import re, sys
path = max(re.findall(r"<path stroke='rgb\([ 0-9,]+\)'\s+d='([^']*)'", open("spike.svg").read()), key=len)
points = [(float(x), float(y)) for x, y in re.findall(r"[ML]?(-?[\d.]+),(-?[\d.]+)", path)]
points = [(x, y) for x, y in points if y > 54]  # below the legend's
left, right = points[0][0], points[-1][0]
top = min(y for _, y in points)
low = sorted(y for _, y in points)[len(points) // 2]
at = [(x - left) / (right - left) for x, y in points if y == top]
if low - top < 300 or abs(at[0] - float(sys.argv[1])) > 0.002 or at[-1] - at[0] > 0.002:
    sys.exit(f"the highest of {len(points)} points is {low - top} above the others, at {at}, not {sys.argv[1]}")
if len(points) > 5000:
    sys.exit(f"{len(points)} points")
END

# --- live: the file is whole at any time, and holds the end

sleep 1000 &
sleeper=$!
start_watcher --interval 50ms
memwatch add $sleeper || fail "add"
views=()
for file in live.png live.svg live.pdf; do
	memwatch --view gnuplot --out $file --fps 20 --window 5s 2>"$file.err" &
	views+=($!)
done
python3 - live.png live.svg live.pdf <<'END' || fail "a file was not whole"
import os, sys, time
ends = {"png": b"IEND\xaeB`\x82", "svg": b"</svg>", "pdf": b"%%EOF"}
seen = {name: set() for name in sys.argv[1:]}
until = time.time() + 15
while min(map(len, seen.values())) < 8 and time.time() < until:
    for name in seen:
        try:
            data = open(name, "rb").read()
        except FileNotFoundError:
            continue
        if not data.rstrip().endswith(ends[name[-3:]]):
            sys.exit(f"{name}: {len(data)} bytes end with {data[-20:]}")
        seen[name].add(data)
if min(map(len, seen.values())) < 8:
    sys.exit(f"pictures seen: {[len(one) for one in seen.values()]}")
END
memwatch event 'the `touch pwned9` end' || fail "event"
sleep 0.2
kill -TERM "${views[@]}"
for view in "${views[@]}"; do
	ends "a view into a file" "$view" 0
done
check_equal "what they said" "" "$(cat live.*.err)"
grep -qF 'the `touch pwned9` end' live.svg || fail "live.svg lacks the last event"
check_equal "files left" "live.pdf live.png live.svg" "$(ls -A | grep live | grep -v err | xargs)"

# --- it ends with what it follows, with its picture

memwatch run --session other -i 20ms --view gnuplot --out run.svg -- sh -c 'sleep 0.3; exit 7' 2>err
check_equal "run: exit status" 7 $?
grep -q 'exited with status 7' run.svg || fail "run.svg has no end: $(cat err)"

# --- one that is stopped costs frames, and nothing else

draw stopped.svg --fps 50
kill -STOP "$gnuplot"
missed=$(status_of missed)
memory() {
	awk '/^VmRSS/ { print $2 }' "/proc/$view/status"
}
sleep 0.3
before=$(memory)
sleep 1
[ "$(memory)" -le $((before + 200)) ] || fail "memwatch grew from $before to $(memory) KiB"
check_equal "ticks missed" "$missed" "$(status_of missed)"
start_ns=$(date +%s%N)
sleep 2 # so late that it isn't waited for
kill -INT $view
ends "the view of a stopped gnuplot" $view 1
check_match "its words" "^memwatch: stopped.svg: gnuplot does not answer; it lacks the end" "$(cat stopped.svg.err)"
[ $(($(date +%s%N) - start_ns)) -lt 3000000000 ] || fail "a stopped gnuplot holds up the end"
wait_for 5 gone "$gnuplot" || fail "the stopped gnuplot is left"

# --- one that dies is one line

draw killed.svg
kill -KILL "$gnuplot"
ends "the view of a killed gnuplot" $view 1
check_equal "its words" "memwatch: gnuplot has ended, and the view with it: killed by signal 9" "$(cat killed.svg.err)"

# --- and a memwatch that is killed leaves none, not even a stopped one

draw orphan.svg
kill -STOP "$gnuplot"
kill -KILL $view
wait_for 5 gone "$gnuplot" || fail "gnuplot is left behind"
memwatch status >/dev/null || fail "the session died with a view"
check_equal "files that texts made" "" "$(ls | grep pwned)"
exit 0
