#!/bin/bash
# Whoever floods the watcher, with made-up programs, names, namespaces, commands, is refused beyond a bound and told of once;
# what it had of memory and descriptors stays bounded, and who comes then is followed as ever.
. "$ROOT/tests/session.sh"

# With few descriptors each of them counts.
(ulimit -n 256 && exec memwatchd --foreground --interval 100ms 2>watcher.err) &
watcher=$!
wait_for 10 memwatch status || fail "no watcher: $(cat watcher.err)"
plot out.json
floods=0

# flood_with KIND COUNT: until the watcher has taken all; its own word is in $refused. It lives until `calm`.
flood_with() {
	floods=$((floods + 1))
	coproc FLOOD { exec flood "$1" "$2"; }
	flooder=$FLOOD_PID
	exec {answers}<&"${FLOOD[0]}"- {commands}>&"${FLOOD[1]}"-
	read -r -t 60 refused <&$answers || fail "$1: the flood ends early"
	wait_for 60 told_flooded || fail "$1: it is not taken"
}

told_flooded() {
	[ "$(grep -c '"label":"flooded"' out.json)" -ge $floods ]
}

calm() {
	exec {commands}>&- {answers}<&-
	wait "$flooder" || fail "the flood fails"
	wait_for 10 eval '[ "$(status_of processes)" = 0 ]' || fail "the flood is still followed"
}

descriptors() {
	ls /proc/$watcher/fd | wc -l
}

notices() { # PATTERN
	grep -cE "$1" watcher.err
}

# few WHAT MOST COUNT
few() {
	[ "$3" -le "$2" ] || fail "$1: $3, which is more than $2"
}

see out.json '.kind == "machine"'
before=$(descriptors)

# --- programs that one process pretends to be

flood_with instances 3000
check_equal "milestones of made-up programs" 1024 "$(get out.json ".pid == $flooder and .type == \"event\" and .label == \"\"" .pid | wc -l)"
check_equal "notices of made-up programs" 1 "$(notices 'pretends to be more than 1024 programs')"
calm

flood_with rings 1500
few "descriptors for one process" 12 $(($(descriptors) - before))
check_equal "notices of all made-up programs" 1 "$(notices 'pretends to be more than 1024 programs')"

# who comes meanwhile is taken with its last milestone, which only its ring has
mkfifo commands
emitter bystander <commands >emitted &
bystander=$!
exec 7>commands
echo "emit 10 0" >&7
see out.json ".pid == $bystander and .label == \"10\""
kill -STOP "$(pgrep -P $watcher)"
echo "emit 10 0" >&7
wait_for 10 eval '[ "$(wc -l <emitted)" = 2 ]' || fail "the bystander doesn't emit"
kill -KILL $bystander
kill -CONT "$(pgrep -P $watcher)"
see out.json ".pid == $bystander and .label == \"20\""
exec 7>&-
calm
of_flooder() {
	find "$XDG_RUNTIME_DIR/memwatch/default/rings" -name "$flooder.*"
}
wait_for 10 eval '[ -z "$(of_flooder)" ]' || fail "rings that were refused are left: $(of_flooder | wc -l)"

# --- names

flood_with names 3000
few "names that are taken" 400 "$(get out.json ".pid == $flooder and .type == \"process\"" .name | wc -l)"
check_equal "notices of names" 1 "$(notices 'takes ever new names')"
wait_for 10 eval 'memwatch add $flooder --as "by a person"' || fail "no name is taken any more"
calm

flood_with ask-names 500
[ "$refused" -ge 200 ] || fail "of 500 names that were asked for, $refused are refused"
check_equal "notices of all names" 1 "$(notices 'takes ever new names')"
calm

# --- namespaces: what is told is bounded, and looking for them too

flood_with namespaces 500
check_equal "notices of namespaces" 1 "$(notices 'of another PID namespace')"
calm

# --- commands

flood_with ask-attach 300
few "descriptors for a command" 12 $(($(descriptors) - before))
calm

# --- programs that are gone when they are told of: those that come later take the place of the first, also where the backlog
# is held for who may have missed something

flood_with ended 30000
few "processes that have ended and are known" 24000 "$(memwatch list --all --json | jq length)"
calm

check_equal "gates" 0 "$(status_of gate_restarts)"
wait_for 10 eval '[ "$(descriptors)" -le $((before + 2)) ]' || fail "descriptors are left: $(ls -l /proc/$watcher/fd)"
