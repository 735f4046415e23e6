#!/bin/bash
# Pictures: gnuplot draws them, runs nothing of what the session's texts say, and leaves nothing behind when it fails, hangs
# or is stopped.
. "$ROOT/tests/lib.sh"

command -v gnuplot >/dev/null || skip "gnuplot is not installed"

cd "$XDG_RUNTIME_DIR" || exit 1

export_to() { # FILE...: of the recording
	local file
	for file; do
		memwatch export nasty.mwdb -o "$file" 2>err || fail "export to $file: $(cat err)"
		[ ! -s err ] || fail "export to $file says: $(cat err)"
	done
}

# --- nothing of the texts is run, and all of them are there as texts

long=$(printf 'a very long name %.0s' {1..11})
texts=('`touch pwned1`' "\".system('touch pwned2').\"" "';system(\"touch pwned3\")#" '@x' 'e' 'EOD' 'END_OF_TEXTS'
	'END_OF_TEXTS_' 'END_OF_DATA' '100 % %s %d' 'back\slash\' '{/Symbol a}_b^c' '🎉 party' $'\uFFFE no XML' '!touch pwned4'
	'<touch pwned5' '|touch pwned6 $(touch p7)' '</text><script>alert(1)')
"$O/tests/label_recording" nasty.mwdb "${texts[@]}" $'two\nlines\e[2J' "$long" || fail "can't make a recording"
texts=("${texts[@]//$'\uFFFE'/\\ufffe}")
texts+=('two\nlines\x1b[2J' 'a very long name a very l…') # as they are shown

export_to nasty.gp nasty.svg nasty.png nasty.pdf NASTY.SVG
out=$(env -u DISPLAY GNUTERM=unknown gnuplot nasty.gp 2>&1 >/dev/null) || fail "gnuplot nasty.gp: $out"
check_equal "gnuplot's words on nasty.gp" "" "$out"
gnuplot -e 'set terminal svg; set output "again.svg"' nasty.gp || fail "gnuplot can't draw nasty.gp"
for file in nasty.svg again.svg; do
	python3 - "$file" "${texts[@]}" <<'EOF' || fail "$file"
import sys, xml.dom.minidom
document = xml.dom.minidom.parse(sys.argv[1])
def text(node):
    return node.data if node.nodeType == node.TEXT_NODE else "".join(map(text, node.childNodes))
shown = [text(node) for node in document.getElementsByTagName("text")]
for number, one in enumerate(sys.argv[2:], 1):
    if f"{one} [{1000 + number}]" not in shown:
        sys.exit(f"no name {one!r} in {shown}")
    if not any(line.startswith(f"{number} {one.rstrip('…')}") for line in shown):
        sys.exit(f"no label {one!r} in {shown}")
if document.getElementsByTagName("script"):
    sys.exit("a script")
EOF
done
check_equal "files that texts made" "" "$(ls | grep pwned)"

# --- the files are what they say

python3 - <<'EOF' || fail "nasty.png is no picture"
import struct, sys, zlib
data = open("nasty.png", "rb").read()
if data[:8] != b"\x89PNG\r\n\x1a\n":
    sys.exit("not a PNG")
at, packed = 8, b""
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IHDR":
        width, height = struct.unpack(">II", data[at + 8:at + 16])
    if kind == b"IDAT":
        packed += data[at + 8:at + 8 + length]
    at += length + 12
if width != 1200 or height < 600:
    sys.exit(f"{width} x {height}")
if len(set(zlib.decompress(packed))) < 32:
    sys.exit("blank")
EOF
check_equal "the pdf's begin" "%PDF" "$(head -c 4 nasty.pdf)"
check_equal "the pdf's end" "%%EOF" "$(tail -c 6 nasty.pdf | head -c 5)"

# --- a character that no font has spoils no picture

"$O/tests/label_recording" missing.mwdb $'a \U10FFFD b' && "$O/tests/label_recording" plain.mwdb 'a ? b' ||
	fail "can't make recordings"
memwatch export missing.mwdb -o missing.png && memwatch export plain.mwdb -o plain.png || fail "no pictures"
cmp missing.png plain.png || fail "a character that no font has is drawn as such"

# --- the environment and start-up files don't matter

echo 'set title "from the start-up file"; set output "stray"' >.gnuplot
cp .gnuplot gnuplotrc
HOME=$PWD GNUTERM=dumb GNUPLOT_LIB=$PWD GNUPLOT_DRIVER_DIR=/nonexistent memwatch export nasty.mwdb -o home.svg ||
	fail "with a start-up file"
cmp home.svg nasty.svg || fail "a start-up file changes the picture"
[ ! -e stray ] || fail "a start-up file was run"

# --- parts: of no length, and without a process

memwatch export nasty.mwdb --from 1 --to 1 -o part.svg 2>err || fail "a moment: $(cat err)"
memwatch export nasty.mwdb --from 2 --to 2.1 --title '`touch pwned8`' -o part.svg 2>err || fail "a part: $(cat err)"
check_match "a part's title" '>`touch pwned8`<' "$(cat part.svg)"
check_equal "files that a title made" "" "$(ls | grep pwned)"
"$O/tests/make_recording" other.mwdb || fail "can't make a recording"
memwatch export other.mwdb --pid 5000 -o none.svg 2>err && fail "a picture of a process without samples"
check_equal "a process without samples" "memwatch: none.svg: no samples in it to draw" "$(cat err)"
[ ! -e none.svg ] || fail "a process without samples, and a file"

# --- gnuplots that fail

fake() { # SCRIPT: a gnuplot that does this
	mkdir -p fake
	printf '#!/bin/sh\n%s\n' "$1" >fake/gnuplot
	chmod +x fake/gnuplot
}

check_fails() { # WHAT PATTERN: one line, no file
	local status
	rm -f x.png
	PATH=$PWD/fake:$PATH memwatch export nasty.mwdb -o x.png 2>err
	status=$?
	check_equal "$1: exit status" 1 $status
	check_equal "$1: lines" 1 "$(wc -l <err)"
	check_match "$1" "^memwatch: x\.png: .*$2" "$(cat err)"
	check_equal "$1: files" "" "$(ls -A | grep 'x\.png')"
}

fake 'printf "oh no\n\n  \"file\" line 3: \033[31mbroken\n" >&2; exit 1'
check_fails "a gnuplot that fails" 'gnuplot failed: "file" line 3: \\x1b\[31mbroken'
fake 'exit 3'
check_fails "a silent gnuplot" 'gnuplot failed with status 3'
fake 'kill -SEGV $$'
check_fails "a gnuplot that crashes" 'gnuplot was killed by signal 11'
fake 'echo garbage'
check_fails "a gnuplot that prints garbage" 'no picture'
fake 'exit 0'
check_fails "a gnuplot that draws nothing" 'gnuplot drew nothing'
fake 'yes oops | head -c 10000000 >&2; exit 1'
check_fails "a gnuplot that complains at length" 'gnuplot failed: oops'
fake 'exit 69'
check_fails "a gnuplot without that terminal" 'gnuplot-nox'
fake 'printf "" >&2; sleep 1000 & echo \$! >left; exit 1'
check_fails "a gnuplot that leaves a process" 'gnuplot failed'
rm -r fake
mkdir empty && ln -s "$O/memwatch" empty/
rm -f x.png
PATH=$PWD/empty memwatch export nasty.mwdb -o x.png 2>err && fail "no gnuplot, and a picture"
check_equal "no gnuplot" "memwatch: x.png: gnuplot is not installed (apt install gnuplot-nox)" "$(cat err)"
[ ! -e x.png ] || fail "no gnuplot, and a file"

# --- one that hangs is ended with the command

fake 'echo $$ >pid; trap "" INT TERM; sleep 1000 & while :; do wait; done'
PATH=$PWD/fake:$PATH env --default-signal=INT memwatch export nasty.mwdb -o x.png 2>err &
command=$!
wait_for 5 test -s pid || fail "gnuplot isn't started"
kill -INT $command
wait $command
status=$?
check_equal "a stopped export: exit status" 130 $status
check_equal "a stopped export: files" "" "$(ls -A | grep 'x\.png')"
none_left() {
	! pgrep -r D,R,S,T,t -g "$(cat pid)"
}
wait_for 2 none_left || fail "a stopped export leaves $(ps -o pid,comm -g "$(cat pid)")"
