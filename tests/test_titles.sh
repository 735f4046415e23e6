#!/bin/bash
# What processes are called: letters that are not ASCII, titles that a program writes itself, ranks of MPI programs.
. "$ROOT/tests/session.sh"

# The watcher's locale is not what names are in.
export LC_ALL=C
mkdir Größe
cp "$(command -v sleep)" Größe/größer
cp "$(command -v sleep)" 記憶
start_watcher --interval 50ms
./Größe/größer 30 &
big=$!
./記憶 30 &
memory=$!
wait_for 5 eval 'grep -q sleep\\\|größer\\\|記憶 /proc/'$memory/comm

# name_of PID, command_of PID: of the running session.
name_of() { memwatch list --json | jq -r ".[] | select(.pid == $1) | .name"; }
command_of() { memwatch list --json | jq -r ".[] | select(.pid == $1) | .command"; }

memwatch add $big $memory || fail "not followed"
check_equal "the name" größer "$(name_of $big)"
check_equal "the command line" "./Größe/größer 30" "$(command_of $big)"
check_equal "a name of other letters" 記憶 "$(name_of $memory)"

# Control characters and those that reorder are escaped, in names and in command lines.
bash -c 'exec -a "$1" sleep 30' - $'evil\e[2J\u202e\n\xff' &
evil=$!
wait_for 5 eval '! grep -q bash /proc/$evil/comm'
memwatch add $evil
check_equal "an evil command line" 'evil\x1b[2J\u202E\n\xff 30' "$(LC_ALL=C.UTF-8 command_of $evil)"

# Patterns match characters.
memwatch drop $big
plot named.json --name '^gr..er$' --duration 20s
./Größe/größer 29 &
later=$!
see named.json '.state == "begin" and .command == "./Größe/größer 29"'
kill $plotter
wait_for 5 gone $plotter

# A title that a program writes is its command line from then on: no milestone.
perl -e 'sleep 1; $0 = ""; sleep 30' & # as each is that is about to die, this one will be without a command line
blank=$!
perl -e '$0 = "postgres: writer"; sleep 1; $0 = "postgres: größer"; sleep 30' &
titled=$!
wait_for 5 eval '! grep -q bash /proc/$titled/comm /proc/$blank/comm'
memwatch add $titled $blank
wait_for 5 eval '[ "$(command_of $titled)" = "postgres: größer" ]' || fail "its title: $(command_of $titled)"
bash -c 'sleep 0.6; exec bash -c "sleep 3; :"' &
again=$!
memwatch add $again
wait_for 5 eval '[ "$(command_of $again)" = "bash -c sleep 3; :" ]' || fail "after exec: $(command_of $again)"
past past.json
check_equal "milestones of a title" "" "$(get past.json ".type == \"event\" and .pid == $titled" .label)"
wait_for 3 eval 'past past.json; has past.json ".type == \"event\" and .pid == '$again' and .label == \"exec bash\""' ||
	fail "no milestone of an exec by the same name: $(get past.json '.type == "event"' .label)"

# One that has lost its command line keeps the last one.
wait_for 5 eval '[ -z "$(name_of $blank)" ]' || fail "its blank title was not read: $(name_of $blank)"
case $(command_of $blank) in
"perl -e sleep 1; "*) ;;
*) fail "a lost command line: $(command_of $blank)" ;;
esac

# Ranks.
OMPI_COMM_WORLD_RANK=3 sleep 30 &
ompi=$!
PMI_RANK=12 sleep 30 &
pmi=$!
SLURM_PROCID=7 SLURM_STEP_NUM_TASKS=8 sleep 30 &
slurm=$!
SLURM_PROCID=0 sleep 30 &
batch=$!
wait_for 5 eval 'grep -q sleep /proc/$batch/comm'
memwatch add $ompi $pmi $slurm $batch
check_equal "a rank of Open MPI" "sleep rank 3" "$(name_of $ompi)"
check_equal "a rank of PMI" "sleep rank 12" "$(name_of $pmi)"
check_equal "a rank of Slurm" "sleep rank 7" "$(name_of $slurm)"
check_equal "a batch script of Slurm" "sleep" "$(name_of $batch)"
kill $big $later $memory $evil $titled $blank $again $ompi $pmi $slurm $batch
