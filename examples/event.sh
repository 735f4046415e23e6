#!/bin/sh
# Milestones of a shell script: memwatch run -- examples/event.sh
# They are pinned on the line of the script's own process. Where no session runs, or no memwatch is, nothing happens.

milestone() {
	memwatch event --pid $$ "$1" 2>/dev/null || :
}

milestone "sorting"
numbers=$(seq 300000 | sort -rn)
milestone "sorted $(echo "$numbers" | wc -l) numbers"
numbers=
milestone "done"
