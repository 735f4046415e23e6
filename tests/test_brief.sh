#!/bin/bash
# A command that ends at once has one line all the same, with its name, its command line and its end, whether its
# milestones came before or after.
. "$ROOT/tests/session.sh"

# lines FILE: each begin and end of a process, in order.
lines() { get "$1" '.type == "process"' '[.state, .name, .command, .reason] | map(select(. != null and . != "")) | join(" ")' | sort -u; }

for round in 1 2 3 4; do
	echo 'emit 1 0' | memwatch run --view json -- emitter >said.json 2>said.err || fail "run: $(cat said.err)"
	check_equal "one that emits ($round)" "begin emitter emitter
end emitter exited with status 0" "$(lines said.json)"
	check_equal "its processes ($round)" 1 "$(get said.json '.state == "begin"' .pid | sort -u | wc -l)"
	check_equal "its lines ($round)" 1 "$(get said.json '.state == "end"' .pid | wc -l)"
	memwatch run --view json --as brief -- true "with  spaces" $'and\ncontrol' >true.json 2>true.err || fail "true: $(cat true.err)"
	check_equal "one that says nothing ($round)" 'begin brief true with  spaces and\ncontrol
end brief exited with status 0' "$(lines true.json)"
done
memwatch run --view json -- sh -c 'kill -9 $$' >killed.json
check_equal "the status of one that is killed" 137 $?
check_equal "its end" "end sh killed by SIGKILL" "$(lines killed.json | grep ^end)"
