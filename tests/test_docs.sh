#!/bin/bash
# The manual pages, the README and the protocol's page say what the programs do: the same commands, options, functions,
# limits and examples. Each rule prints what it finds wrong, one a line; each first has to find it in a page made wrong.
. "$ROOT/tests/lib.sh"

cd "$TMPDIR" || exit 1
cp "$ROOT"/docs/*.[13] "$ROOT/docs/PROTOCOL.md" "$ROOT/README.md" "$ROOT/client/memwatch.h" .

# --- what the programs say

list_commands() { memwatch --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'; }

list_options() { # PROGRAM [COMMAND]
	"$@" --help |
		sed -nE 's/^  (-., )? *(--[a-z-]+)( [A-Z][^ ]*)?( .*|$)/\1\2\3/p' | tr -d ' ' |
		sed -E 's/^(-[a-zA-Z]),/\1 /; s/([a-z])([A-Z])/\1 \2/' | sort
}

# Read once: the rules below ask some hundred times.
commands() { cat help_of_commands; }

# help_options COMMAND: "-p --pid PID[,PID]" of each option, sorted.
help_options() { cat "help_of_$1" 2>/dev/null; }

list_commands >help_of_commands
for command in '' $(commands); do
	list_options memwatch $command >"help_of_$command"
done
list_options memwatchd >help_of_memwatchd

# --- what the pages say

# page_options PAGE: of its list of options, as help_options.
page_options() {
	sed -nE 's/^\.It (Fl .*)/\1/p' "$1" |
		sed -E 's/ Ns Op , Ns Ar PID/[,PID]/; s/Fl -?/-&/g; s/Fl -?//g; s/ (Ar|,) / /g' |
		sed -E 's/--([a-z]) -/-\1 -/; s/^-([a-z]{2})/--\1/; s/ -([a-z]{2})/ --\1/' | sort
}

# page_usage COMMAND: of the command's part of the synopsis, one option a line.
page_usage() {
	awk -v command="$1" '
		/^\.Sh/ { synopsis = $2 == "SYNOPSIS"; mine = 0 }
		synopsis && /^\.Nm/ { mine = command == ""; command_line = 1; next }
		command_line && /^\.Cm/ { mine = $2 == command }
		{ command_line = 0 }
		synopsis && mine && /^\.Op Fl/ { print ($3 ~ /^-/ ? "-" : "-") $3 }' memwatch.1 | sort
}

page_commands() { awk '/^\.Sh/ { on = $2 == "SYNOPSIS" } on && /^\.Cm/ { print $2 }' memwatch.1; }
described_commands() { sed -n 's/^\.It Nm Cm //p' memwatch.1; }

# Declarations of the page, as C.
page_functions() {
	sed -nE '/^\.Sh SYNOPSIS/,/^\.Sh DESC/{s/^\.Ft //p;s/^\.Fn (.*)/\1/p}' memwatch.3 |
		grep -v '^MW_' |
		sed -E 's/^(mw_[a-z]+) (.*)/\1(\2);/; s/" "/, /g; s/"//g'
}

header_functions() { grep -oE '\bmw_[a-z]+\(' memwatch.h | grep -v mw_scope | tr -d '(' | sort -u; }

# fenced LANGUAGE FILE: its blocks.
fenced() { awk -v open="^\`\`\`$1\$" '/^```/ { on = !on && $0 ~ open; next } on' "$2"; }

# Command lines of the README: those after "$ " in fences, and those that are indented.
readme_lines() {
	{
		fenced '' README.md | sed -n 's/^\$ //p'
		sed -n 's/^    //p' README.md
	} | sed -E "s/'[^']*'//g; s/ +#.*//" | tr '|' '\n' | sed 's/^ *//'
}

# --- rules

differ() { # WHAT ONE OTHER: what only one of two lists has
	diff <(echo "$2") <(echo "$3") | sed -n "s/^</$1: only in help:/p; s/^>/$1: only in page:/p"
}

options_agree() {
	local command all= mine
	for command in '' $(commands); do
		all+=$(help_options "$command")$'\n'
		mine=$(help_options "$command" | awk '$1 != "--version" && $2 != "--help" { print $1 }' | sort)
		differ "memwatch $command" "$mine" "$(page_usage "$command")"
	done
	differ "options of memwatch.1" "$(sort -u <<<"$all" | sed '/^$/d')" "$(page_options memwatch.1)"
	differ "options of memwatchd.1" "$(cat help_of_memwatchd)" "$(page_options memwatchd.1)"
}

commands_agree() {
	differ "synopsis of memwatch.1" "$(commands)" "$(page_commands)"
	differ "commands of memwatch.1" "$(commands)" "$(described_commands)"
}

functions_agree() {
	{ echo '#include "memwatch.h"' && page_functions; } >page.c
	${CC:-cc} -std=c11 -Wredundant-decls -fsyntax-only page.c 2>errors || grep -h error errors
	differ "functions of memwatch.3" "$(header_functions)" "$(page_functions | grep -oE '^mw_[a-z]+\(' | tr -d '(' | sort)"
	grep -q '^\.Fn MW_SCOPE category name' memwatch.3 || echo "MW_SCOPE is not in memwatch.3"
	grep -oE 'MEMWATCH(_[A-Z]+)?\b' memwatch.h | grep -v '_H$' | sort -u | while read -r name; do
		grep -q "^\.It Ev $name\$" memwatch.3 || echo "$name is not in memwatch.3"
	done
}

# Each command line of the README is one of ours with a command and options that exist.
readme_agrees() {
	local words command option
	readme_lines | grep -E '^(build/)?memwatch( |$)' | while read -r _ words; do
		command=${words%% *}
		[[ $command == [-0-9\$]* ]] && command= # an option, a PID, or what prints some
		[ -z "$command" ] || commands | grep -qx "$command" || echo "README: no command $command"
		for option in $(grep -oE '(^| )--?[a-z]+(-[a-z]+)*' <<<"${words%% -- *}"); do
			help_options "$command" | grep -qE -e "(^| )$option( |\$)" ||
				echo "README: memwatch $command has no option $option"
		done
	done
	readme_lines | sed -nE 's/^(sudo )?make ?([a-z]*).*/\2/p' | while read -r target; do
		grep -qE "^${target:-all}:" "$ROOT/Makefile" || echo "README: make has no target $target"
	done
	grep -ohE '\]\([a-z][A-Za-z_./]+\)' README.md | tr -d '])(' | while read -r file; do
		[ -e "$ROOT/$file" ] || echo "README: there is no $file"
	done
}

pages_render() {
	local page
	for page in *.[13]; do
		! command -v man >/dev/null || man --warnings -l "$page" 2>&1 >/dev/null
		! command -v mandoc >/dev/null || mandoc -T lint -W warning "$page" 2>&1 | grep -v 'outdated mandoc.db'
	done
}

# --- each rule finds what is wrong

spoil() { # RULE FILE SED-SCRIPT FINDING
	cp "$2" kept
	sed -i -E "$3" "$2"
	cmp -s "$2" kept && fail "nothing to spoil in $2 by $3"
	check_match "$1 of a wrong $2" "$4" "$($1)"
	cp kept "$2"
}

spoil options_agree memwatch.1 's/^\.It Fl -all$/.It Fl -any/' 'only in page: --any'
spoil options_agree memwatch.1 's/^(\.It Fl w , Fl -window Ar) TIME/\1 SIZE/' 'only in help: -w --window TIME'
spoil options_agree memwatch.1 's/^\.Op Fl -all$//' 'memwatch list: only in help: --all'
spoil options_agree memwatchd.1 's/^\.It Fl -private$/.It Fl -public/' 'only in help: --private'
spoil options_agree memwatchd.1 's/^\.It Fl i , Fl -interval/.It Fl -interval/' 'only in help: -i --interval TIME'
spoil commands_agree memwatch.1 's/^\.It Nm Cm drop$/.It Nm Cm forget/' 'only in page: forget'
spoil commands_agree memwatch.1 's/^\.Cm stop$/.Cm halt/' 'only in help: stop'
spoil functions_agree memwatch.3 's/^(\.Fn mw_flush).*/\1 "long timeout_ms"/' 'conflicting types'
spoil functions_agree memwatch.3 's/^\.Fn mw_dropped void//' 'only in help: mw_dropped'
spoil functions_agree memwatch.3 's/^\.It Ev MEMWATCH_RING/.It Ev MEMWATCH_ROOM/' 'MEMWATCH_RING is not'
spoil readme_agrees README.md 's/^\$ memwatch list/$ memwatch show/' 'no command show'
spoil readme_agrees README.md 's/--pid \$\$/--window 1s/' 'event has no option --window'
spoil readme_agrees README.md 's/^    make demo/    make party/' 'no target party'
! command -v man >/dev/null || spoil pages_render memwatch.3 's/^\.Ed$/.El/' '.'

# --- and nothing in ours

status=0
for rule in options_agree commands_agree functions_agree readme_agrees pages_render; do
	found=$($rule)
	[ -z "$found" ] || { echo "$rule:" && echo "$found" && status=1; }
done
[ $status -eq 0 ] || exit 1

# --- the examples are programs that work

sed -n '/^\.Bd -literal$/,/^\.Ed$/{/^\.[BE]d/d;p}' memwatch.3 >page.c
fenced c README.md >readme.c
for source in page.c readme.c; do
	grep -q 'int main' $source || fail "no example in $source"
	${CC:-cc} $(sanitizer_flags) -O2 -Wall -Wextra -Werror -I. -o ${source%.c} $source "$O/libmemwatch.so" -Wl,-rpath,"$O" ||
		fail "the example $source can't be built"
done
memwatch run --view json -i 100ms -- ./readme >shown || fail "the README's program fails"
for name in started reading starting read '50 MiB done'; do
	grep -q "\"$name\"" readme.c || [ "$name" = '50 MiB done' ] || continue
	grep -qF "\"label\":\"$name\"" shown || fail "no '$name' in what is shown: $(cat shown)"
done

python=
for candidate in python3 /usr/bin/python3; do
	"$candidate" -c 'import google.protobuf' 2>/dev/null && python=$candidate
done
if [ -z "$python" ] || ! command -v protoc >/dev/null; then
	echo "not tried: the program of PROTOCOL.md, for there is no protobuf for Python"
	exit 0
fi
fenced python PROTOCOL.md >emit.py
protoc -I "$ROOT/wire" --python_out=. memwatch.proto || fail "protoc"
memwatchd --session protocol --interval 100ms || fail "no watcher"
MEMWATCH_SESSION=protocol "$python" emit.py || fail "the program of PROTOCOL.md fails"
listed() {
	memwatch list --all --json --session protocol | jq -e '.[0].name == "reader" and .[0].events == 1'
}
wait_for 5 listed || fail "the event of PROTOCOL.md's program is not there: $(memwatch list --all --session protocol)"
memwatch stop --session protocol
