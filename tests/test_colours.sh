#!/bin/bash
# A process has the same colour in every picture and on the page, also where others are left out.
. "$ROOT/tests/lib.sh"

cd "$XDG_RUNTIME_DIR" || exit 1
"$O/tests/make_recording" many.mwdb --long 100 4 || fail "no recording"

memwatch export many.mwdb many.html || fail "no page"
memwatch export --pid 1002 many.mwdb one.html || fail "no page of one process"
python3 - <<'EOF' || fail "the pages' colours"
import re
def page(path):
    text = open(path).read()
    lines = {int(pid): int(line) for line, pid in re.findall(r'"line":(\d+),"pid":(\d+)', text)}
    return lines, dict(re.findall(r"(--line-\d):(#[0-9a-f]{6});", text.split("@media")[0]))
lines, colours = page("many.html")
one, _ = page("one.html")
if one != {1002: lines[1002]}:
    raise SystemExit(f"{one} of {lines}")
if len(colours) != 8 or len(set(colours.values())) != 8:
    raise SystemExit(colours)
open("colour", "w").write(colours[f"--line-{lines[1002] - 1}"])
EOF
colour=$(cat colour)

command -v gnuplot >/dev/null || skip "gnuplot is not installed"
curves() { # the colours of the curves in the script for a picture, in order
	memwatch export "$@" -o curves.gp many.mwdb --force || fail "no picture"
	sed -nE "s/.*with steps.*'(#[0-9a-f]{6})'.*/\1/p" curves.gp
}
check_equal "colour of the third of four curves" "$colour" "$(curves | sed -n 3p)"
check_equal "colour of the only curve" "$colour" "$(curves --pid 1002)"

memwatch replay --view gnuplot --out live.svg many.mwdb || fail "no replay"
rgb=$(printf 'rgb(%d,%d,%d)' "0x${colour:1:2}" "0x${colour:3:2}" "0x${colour:5:2}")
tr -d ' ' <live.svg | grep -qF "$rgb" || fail "replay draws nothing in $rgb"
