#!/bin/bash
# The rules of the house that a machine can check. Each rule is a function that is given a tree and prints what breaks it,
# one a line; each first has to find what is wrong with a made-up tree.
. "$ROOT/tests/lib.sh"

CODE="base wire client proc session analysis watcher plotter export cli examples"

# files TREE PATTERN...: those of its directories that are there, paths from the tree's top.
files() {
	local tree=$1 dirs dir names
	shift
	dirs=$(for dir in $CODE tests bench; do [ -d "$tree/$dir" ] && echo "$dir"; done)
	names=$(printf -- '-o -name %s ' "$@")
	(cd "$tree" && set -f && find $dirs -type f \( ${names#-o} \) | sort)
}

# To $allowed: the folders of the house, and single headers, that a file in this one may include.
may_include() {
	case $1 in
	base) allowed="base" ;;
	wire) allowed="base wire" ;;
	client | client/*) allowed="base wire client" ;;
	proc) allowed="base wire proc" ;;
	session) allowed="base wire session" ;;
	analysis) allowed="base wire session analysis" ;;
	watcher | watcher/*) allowed="base wire proc session analysis/total.h watcher" ;;
	plotter/model) allowed="base wire session analysis plotter/model" ;;
	plotter/*) allowed="base wire session analysis plotter/model plotter/view.h plotter/cursor.h $1" ;;
	export | export/*) allowed="base wire session analysis plotter/model plotter/gnuplot export" ;;
	plotter) allowed="base wire session analysis export plotter" ;;
	cli | cli/*) allowed="base wire proc session analysis export plotter cli" ;;
	examples) allowed="client" ;;
	*) allowed="" ;;
	esac
}

includes() { # TREE: "FILE NAME" of each include but those of tests and bench, <> or ""
	(cd "$1" && files . '*.c' '*.h' | grep -vE '^(tests|bench)/' |
		xargs -r awk 'match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
			name = substr($0, RSTART, RLENGTH - 1)
			sub(/^[^<"]*[<"]/, "", name)
			print FILENAME, name }')
}

arrows() {
	local file name place
	while read -r file name; do
		case " $CODE tests bench .. . " in
		*" ${name%%/*} "*) ;;
		*) # a foreign header; in quotes it would be one of ours, named so that its directory is hidden
			grep -qF "\"$name\"" "$1/$file" && echo "$file: \"$name\" without its directory"
			continue
			;;
		esac
		may_include "${file%/*}"
		for place in $allowed ''; do
			case $name in "$place" | "${place:-no}"/*) break ;; esac
		done
		[ -n "$place" ] || echo "$file: may not include $name"
	done < <(includes "$1")
}

# A foreign library's headers, and the files they are for.
HOMES='
^nanomsg/                               ^wire/endpoint\.c$
^pb(_[a-z]+)?\.h$|\.pb\.h$|codec_pb\.h$ ^wire/codec[a-z_]*\.[ch]$
^libproc2/                              ^proc/procinfo\.c$
curses|^term\.h$|^panel\.h$             ^plotter/curses/[a-z_]*\.[ch]$
sqlite3                                 ^session/[a-z_]*\.[ch]$
'

homes() {
	local file name header home
	while read -r file name; do
		while read -r header home; do
			[ -n "$header" ] && [[ $name =~ $header ]] && ! [[ $file =~ $home ]] &&
				[[ $name != plotter/* ]] && echo "$file: $name has another home"
		done <<<"$HOMES"
	done < <(includes "$1")
}

lengths() {
	(cd "$1" && files . '*.c' '*.h' '*.sh' '*.py' run | xargs -r wc -l |
		awk '$2 != "total" && $1 > 900 { print $2 ": " $1 " lines" }')
}

BANNED='strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|alloca'

banned() {
	local file
	# The preprocessor takes the comments away, where there is something to look at closely.
	for file in $(cd "$1" && files . '*.c' '*.h' | grep -v '^tests/' |
		xargs -r grep -lE "(^|[^A-Za-z0-9_])($BANNED)[ \t]*\("); do
		${CC:-cc} -fpreprocessed -dD -E -P "$1/$file" 2>/dev/null |
			sed -E 's/"([^"\\]|\\.)*"//g' |
			grep -oE "(^|[^A-Za-z0-9_])($BANNED)[ \t]*\(" |
			sed -E "s|^[^a-z]*([a-z]+).*|$file: \1 is banned|"
	done
}

# Circles of calls: files of TREE whose objects, below BUILD, call one another in a loop. One a line, from the tables of
# symbols. Of two files that define one name none is known to be called.
circles() { # TREE BUILD
	(cd "$1" && files . '*.c' | grep -vE '^(examples|tests|bench)/' | sed "s/c$/o/") |
		(cd "$2" && xargs -r ls -d 2>/dev/null | xargs -r nm -A -P) | awk '
		{ file = $1; sub(/\.o:$/, "", file); files[file] }
		$3 ~ /^[TDBRVW]$/ { if ($2 in home) home[$2] = ""; else home[$2] = file }
		$3 == "U" { calls[file, ++count[file]] = $2 }
		function visit(file,    i, to) {
			number[file] = low[file] = ++last
			stack[++depth] = file
			on[file] = 1
			for (i = 1; i <= count[file]; i++) {
				to = home[calls[file, i]]
				if (to == "" || to == file) continue
				if (!(to in number)) { visit(to); if (low[to] < low[file]) low[file] = low[to] }
				else if (on[to] && number[to] < low[file]) low[file] = number[to]
			}
			if (low[file] == number[file]) close_circle(file)
		}
		function close_circle(file,    member, members, size) {
			do {
				member = stack[depth--]
				on[member] = 0
				members = members " " member
				size++
			} while (member != file)
			if (size > 1) print "circle of calls:" members
		}
		END { for (file in files) if (!(file in number)) visit(file) }' | while read -r line; do
		echo "circle of calls: $(echo "${line#*:}" | tr ' ' '\n' | sort | xargs)"
	done
}

exports() { # of a library: global names that are not the API's
	local flags=-g
	[[ $1 == *.so ]] && flags=-D
	nm $flags --defined-only "$1" | awk 'NF == 3 && $2 != "A" && $3 !~ /^mw_/ { print $3 }'
}

# --- each rule finds what it is for

bad=$XDG_RUNTIME_DIR/bad
mkdir -p "$bad"/{base,wire,client,proc,session,analysis,watcher/gate,plotter/{model,curses,gnuplot},export,cli/report,tests}

made_up() { # FILE TEXT
	printf '%b\n' "$2" >"$bad/$1"
}

made_up base/a.c '#include "base/a.h"\n#include "wire/ring.h"'
made_up wire/endpoint.c '#include <nanomsg/nn.h>\n#include "client/pump.h"'
made_up wire/codec_x.c '#include <pb_encode.h>\n#include "wire/memwatch.pb.h"\n#include "wire/codec_pb.h"'
made_up client/a.c '# include "watcher/core.h"\n#include <pb.h>\n#include <base/text.h>'
made_up session/a.c '#include <sqlite3.h>\n#include "analysis/total.h"'
made_up analysis/a.c '#include <sqlite3.h>\n#include "session/reader.h"\n#include "plotter/model/history.h"'
made_up watcher/a.c '#include "plotter/view.h"\n#include <client/memwatch.h>\n#include <libproc2/pids.h>'
made_up proc/procinfo.c '#include <libproc2/pids.h>\n#include "session/writer.h"'
made_up plotter/curses/screen.c '#include <ncurses.h>\n#include "plotter/view.h"\n#include "plotter/text.h"'
made_up plotter/model/a.c '#include "plotter/view.h"\n#include "analysis/total.h"'
made_up export/a.c '#include "plotter/gnuplot/process.h"\n#include "plotter/view.h"\n#include "plotter/model/scene.h"'
made_up cli/report/a.c '#include "proc/stat.h"\n#include "watcher/core.h"'
made_up watcher/gate/a.c '#include "watcher/core.h"\n#include "analysis/total.h"\n#include "analysis/growth.h"'
made_up plotter/a.c '#include <curses.h>\n#include "../base/text.h"\n#include "view.h"\n#include <sqlite3.h>'
made_up cli/a.c '#include "watcher/core.h"\n#include "client/memwatch.h"\n#include "wire/memwatch.pb.h"'
made_up tests/a.c '#include "watcher/core.h"\n#include <nanomsg/nn.h>\nvoid a(void) { system("x"); }'
check_equal "arrows of the made-up tree" "analysis/a.c: may not include plotter/model/history.h
base/a.c: may not include wire/ring.h
cli/a.c: may not include watcher/core.h
cli/a.c: may not include client/memwatch.h
cli/report/a.c: may not include watcher/core.h
client/a.c: may not include watcher/core.h
export/a.c: may not include plotter/view.h
plotter/a.c: may not include ../base/text.h
plotter/a.c: \"view.h\" without its directory
plotter/curses/screen.c: may not include plotter/text.h
plotter/model/a.c: may not include plotter/view.h
proc/procinfo.c: may not include session/writer.h
session/a.c: may not include analysis/total.h
watcher/a.c: may not include plotter/view.h
watcher/a.c: may not include client/memwatch.h
watcher/gate/a.c: may not include analysis/growth.h
wire/endpoint.c: may not include client/pump.h" "$(arrows "$bad")"
check_equal "homes of the made-up tree" "analysis/a.c: sqlite3.h has another home
cli/a.c: wire/memwatch.pb.h has another home
client/a.c: pb.h has another home
plotter/a.c: curses.h has another home
plotter/a.c: sqlite3.h has another home
watcher/a.c: libproc2/pids.h has another home" "$(homes "$bad")"

check_equal "lengths of the made-up tree" "" "$(lengths "$bad")"
seq 900 >"$bad/base/fits.c"
seq 901 | tee "$bad/base/a.h" "$bad/tests/a.sh" "$bad/client/a.py" >"$bad/base/long.c"
check_equal "lengths of the made-up tree" "base/a.h: 901 lines
base/long.c: 901 lines
client/a.py: 901 lines
tests/a.sh: 901 lines" "$(lengths "$bad")"
rm "$bad"/base/*

for name in ${BANNED//|/ }; do
	made_up base/a.c "// $name(a)\n/* $name(a)\n $name(a) */ void f(void) { puts(\"$name(a)\\\\\"\"); }"
	check_equal "$name in a comment and a text" "" "$(banned "$bad")"
	made_up base/a.c "int my_$name(int);\nint f(int a) { return my_$name(a) + $name (a); }"
	check_equal "$name in code" "base/a.c: $name is banned" "$(banned "$bad")"
done

echo 'int mw_ours; int foreign; static int hidden; void mw_f(void) {} void g(void) { hidden++; }' >"$bad/lib.c"
${CC:-cc} -shared -fPIC -o "$bad/lib.so" "$bad/lib.c" && ${CC:-cc} -c -o "$bad/lib.o" "$bad/lib.c" &&
	ar rc "$bad/lib.a" "$bad/lib.o" || fail "can't build a library"
check_equal "exports of a made-up library" "foreign g" "$(exports "$bad/lib.so" | sort | xargs)"
check_equal "exports of a made-up archive" "foreign g" "$(exports "$bad/lib.a" | sort | xargs)"

mkdir -p "$bad/o"/{base,watcher,cli}
echo 'void b(void); void d(void); void a(void) { b(); d(); }' >"$bad/a.c"
echo 'void c(void); void b(void) { c(); }' >"$bad/b.c"
echo 'void a(void); void c(void) { a(); }' >"$bad/c.c"
echo 'void d(void) {}' >"$bad/d.c"
for file in base/a watcher/b watcher/c cli/d; do
	cp "$bad/${file#*/}.c" "$bad/$file.c"
	${CC:-cc} -c -o "$bad/o/$file.o" "$bad/$file.c" || fail "can't build an object"
done
check_equal "circles of a made-up tree" "circle of calls: base/a watcher/b watcher/c" "$(circles "$bad" "$bad/o")"

# --- and nothing in ours

status=0
for rule in arrows homes lengths banned; do
	[ -n "$(files "$ROOT" '*.c')" ] || fail "no code in $ROOT"
	found=$($rule "$ROOT")
	[ -z "$found" ] || { echo "$rule:" && echo "$found" && status=1; }
done
# What calls by way of struct core, and the reader's four files, is still to be opened.
found=$(circles "$ROOT" "$O" | grep -vE '^circle of calls:( watcher/[a-z_/]+)+$|^circle of calls:( session/reader[a-z_]*)+$')
[ -z "$found" ] || { echo "circles:" && echo "$found" && status=1; }
for library in libmemwatch.so libmemwatch.a; do
	[ -e "$O/$library" ] || fail "$O/$library is not built"
	nm "$O/$library" | grep -q ' T mw_event$' || fail "$library has no mw_event"
	found=$(exports "$O/$library")
	[ -z "$found" ] || { echo "$library exports:" && echo "$found" && status=1; }
done
exit $status
