#!/bin/bash
# A script that runs memwatch's own commands has no memory of theirs: not in words, not in its peak, not above a limit.
# What wait4 says of the script counts them too.
. "$ROOT/tests/session.sh"
sanitized && skip "a program with a sanitizer takes more memory than what is looked for"

cat >script.sh <<'E2'
memwatch event "one"
memwatch list >/dev/null
sh -c 'memwatch status >/dev/null; memwatch event "two"; true'
memwatch run --view json -- sleep 0.05 >/dev/null
E2

# check HOW...: what is said of the script where memwatch is run so.
check() {
	local status

	"$@" memwatch run --view text --limit 3MiB -- sh script.sh >run.out 2>run.err
	status=$?
	check_equal "$*: status where a helper is above the limit ($(cat run.err))" 0 "$status"
	# (the inner shell is one, and is told where the outer was sampled at its exec alone)
	! grep 'not seen while it ran' run.out | grep -q 'memwatch' || fail "$*: a helper is a descendant: $(cat run.out)"
	"$@" memwatch record --force -o script.mwdb -- sh script.sh 2>/dev/null || fail "$*: record"
	memwatch report --json script.mwdb |
		jq -e '([.processes[].peak_rss] | max < 3000000) and .total.peak_rss < 4200000' >/dev/null || fail "$*: a helper's peak counts: $(memwatch report script.mwdb)"
}

for i in 1 2 3; do
	check env
done

# what nobody but wait4 tells of is told all the same
memwatch run --view text -- sh -c 'memwatch event x; grow 63000000 1 --end; true' >run.out 2>&1
grep -qE 'a descendant: [0-9.]+ MiB|peak (5[89]|6[0-9])\.' run.out || fail "the true one is missing: $(cat run.out)"

# where the kernel tells of no ends
mkdir other && chmod 755 "$TMPDIR" && chmod 700 other && chown 65534 other && cp script.sh other
cd other || exit 1
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups memwatch --version >/dev/null 2>&1; then
	export XDG_RUNTIME_DIR=$PWD
	for i in 1 2 3; do
		check setpriv --reuid=65534 --clear-groups
	done
fi
exit 0
