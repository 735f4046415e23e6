#!/bin/bash
# What the shells complete, in the shells themselves: commands, the options of each, values, sessions that run.
. "$ROOT/tests/session.sh"

for shell in bash zsh fish; do
	memwatch completion $shell >memwatch.$shell || fail "completion $shell"
done
refused 2 "'ksh': there are completions for bash, zsh and fish" memwatch completion ksh
refused 2 "'completion' needs SHELL" memwatch completion
start_watcher --session blue
wait_for 10 eval "memwatch sessions | grep -q ^blue" || fail "no session: $(memwatch sessions)"
mkdir files && : >files/a.mwdb
options=$(memwatch report --help | grep -oE '^  .{4}--[a-z-]+' | grep -oE -e '--.*' | sort)
views="auto gnuplot json ncurses text"

# --- bash

. ./memwatch.bash
complete -p memwatch | grep -q 'F _memwatch memwatch' || fail "bash: $(complete -p memwatch)"
in_bash() { # WORD...: what the last may become
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_memwatch
	printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
}
check_equal "bash: commands" "record replay report" "$(in_bash memwatch re)"
check_equal "bash: options" "$(xargs <<<"$options")" "$(in_bash memwatch report --)"
check_equal "bash: an option of follow" "--interval" "$(in_bash memwatch --int)"
check_equal "bash: views" "$views" "$(in_bash memwatch run --view '')"
check_equal "bash: a view behind =" "gnuplot" "$(in_bash memwatch run --view = gn)"
check_equal "bash: formats" "pdf pftrace png" "$(in_bash memwatch export a.mwdb --format p)"
check_equal "bash: sessions" "blue" "$(in_bash memwatch list --session '')"
check_equal "bash: processes" "$$" "$(in_bash memwatch drop $$ | tr ' ' '\n' | grep -x $$)"
check_equal "bash: help" "status stop" "$(in_bash memwatch help st)"
check_equal "bash: shells" "bash fish zsh" "$(in_bash memwatch completion '')"
check_equal "bash: nothing" "" "$(in_bash memwatch run --interval '')"
check_equal "bash: files" "files/a.mwdb" "$(in_bash memwatch report files/)"
check_match "bash: a command's own" "memwatchd" "$(in_bash memwatch run -- memwatch)"
for command in '' $(memwatch help | sed -n '/^Commands:/,$s/^  \([a-z]*\) .*/\1/p'); do
	case $command in help | list | add | drop | event | status | sessions | stop | compare) continue ;; esac
	check_equal "bash: options of '$command'" \
		"$(memwatch $command --help | grep -oE '^  .{4}--[a-z-]+' | grep -oE -e '--.*' | sort | xargs)" \
		"$(in_bash memwatch $command --)"
done

# --- fish

in_fish() { # LINE: what its end may become, without what is said of it
	fish --no-config -c "source memwatch.fish; complete -C '$1'" | cut -f 1 | sort | xargs
}
if command -v fish >/dev/null; then
	check_equal "fish: commands" "record replay report" "$(in_fish 'memwatch re')"
	check_equal "fish: options" "$(xargs <<<"$options")" "$(in_fish 'memwatch report --')"
	check_equal "fish: views" "$views" "$(in_fish 'memwatch run --view ')"
	check_equal "fish: formats" "pdf pftrace png" "$(in_fish 'memwatch export a.mwdb --format p')"
	check_equal "fish: sessions" "blue" "$(in_fish 'memwatch list --session ')"
	check_equal "fish: files" "files/a.mwdb" "$(in_fish 'memwatch report files/')"
else
	leave_out "fish, which is not there"
fi

# --- zsh, which completes in a terminal only

in_zsh() { # LINE: it, completed
	zsh -f <<-END 2>&1 | tr -d '\r' | sed -n 's/.*<<\(.*\)>>.*/\1/p' | tail -n 1
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ./memwatch.zsh; LISTMAX=0; unsetopt zle_bracketed_paste 2>/dev/null'
		zpty -w shell 'show() { print -r -- "<""<\$BUFFER>>"; BUFFER=; zle accept-line; }; zle -N show; bindkey "^X" show; echo "rea""dy"'
		zpty -r shell before '*ready*'
		zpty -w -n shell \$'$1\t\x18'
		zpty -r shell after '*<<*>>*'
		print -r -- "\$after"
		zpty -d shell
	END
}
if command -v zsh >/dev/null; then
	check_equal "zsh: a command" "memwatch export " "$(in_zsh 'memwatch exp')"
	check_equal "zsh: an option" "memwatch run --duration=" "$(in_zsh 'memwatch run --dur')"
	check_equal "zsh: a view" "memwatch run --view gnuplot " "$(in_zsh 'memwatch run --view gn')"
	check_equal "zsh: a session" "memwatch list --session blue " "$(in_zsh 'memwatch list --session bl')"
else
	leave_out "zsh, which is not there"
fi
memwatch stop --session blue
