#!/bin/bash
# The exported page: what is in it without scripts, and in a browser what a person sees and does.
. "$ROOT/tests/lib.sh"

cd "$TMPDIR" || exit 1
"$O/tests/make_recording" short.mwdb || fail "no recording"
"$O/tests/make_recording" long.mwdb --long 1440000 4 || fail "no long recording"
for name in short long; do
	"$O/memwatch" export $name.mwdb -o $name.html 2>export.err || fail "export: $(cat export.err)"
done

# --- of what happened there is as much as is told, and it is said what was left out

"$O/tests/make_recording" many.mwdb --long 2500000 1 || fail "no recording of many events"
"$O/memwatch" export many.mwdb -o many.html || fail "export of many events"
check_equal "events that are embedded" 20000 "$(grep -c '^\[0,' many.html)"
check_match "events left out" '>The first 20000 are here; 5000 more were left out' "$(grep 'left out' many.html)"
[ "$(stat -c %s many.html)" -lt 12000000 ] || fail "the page of 2,500,000 samples has $(stat -c %s many.html) bytes"

# --- the same session gives the same page; a part of it a part

"$O/memwatch" export short.mwdb -o again.html && cmp short.html again.html || fail "another page of the same session"
"$O/memwatch" export short.mwdb -o part.html --from 700ms --to 1s --pid 4321 || fail "export of a part"
check_match "the part" '"from":0.7,"to":1,' "$(grep '"from":' part.html)"
check_equal "the part's processes" 1 "$(grep -c '^{"name":' part.html)"

# --- nobody can make the program's stack executable, or has to bring dygraphs along

readelf -lW "$O/memwatch" | grep GNU_STACK | grep -q 'RWE' && fail "an executable stack"
make -s -C "$ROOT" O="$TMPDIR/elsewhere" DYGRAPHS=/nowhere "$TMPDIR/elsewhere/export/html/assets.o" >make.out 2>&1 &&
	fail "built without dygraphs"
check_match "without dygraphs" 'install the Debian package libjs-dygraphs' "$(cat make.out)"

# --- in a browser

command -v chromium >/dev/null && command -v chromedriver >/dev/null || skip "no chromium, or no chromedriver"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests /usr/bin/python3 "$ROOT/tests/export_html_checks.py" short.html long.html ||
	fail "the page in a browser"
