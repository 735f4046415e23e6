#!/bin/bash
# A session that is recorded while the json view shows it: exported as JSON Lines it has the very lines that the view
# printed, the samples that did not change among them.
. "$ROOT/tests/lib.sh"

# same NAME COMMAND...: of a command that is run, followed, and recorded at once.
same() {
	local name=$1
	shift
	memwatch run --interval 10ms --output "$name.mwdb" --view json -- "$@" >"$name.live" 2>"$name.errors" </dev/null
	memwatch export "$name.mwdb" -o "$name.jsonl" || fail "$name: cannot be exported"
	[ "$(grep -c '"type":"sample"' "$name.live")" -gt 20 ] || fail "$name: too little was shown: $(cat "$name.errors")"
	# What reaches the watcher later than it holds records is shown late, and stored in its place.
	cmp <(sort "$name.live") <(sort "$name.jsonl") >/dev/null ||
		fail "$name: $(diff <(sort "$name.live") <(sort "$name.jsonl") | head -n 6)"
}

cd "$TMPDIR" || exit 1
same recorder "$O/examples/recorder" --seconds 2 --leak
same steady sleep 0.7
same killed sh -c 'sleep 0.5; kill -KILL $$'
same inspected sh -c 'memwatch inspect $$ >inspected.out; sleep 0.3'
grep -q '"type":"inspection"' inspected.live || fail "no inspection: $(cat inspected.out inspected.errors)"
same exec sh -c 'sleep 0.3; exec sleep 0.3'
[ ! -d "$O/python" ] || sanitized || PYTHONPATH=$O/python same children /usr/bin/python3 -c '
import memwatch, multiprocessing, os, time
def work(n):
    with memwatch.span("work", category="child %d" % n):
        data = bytearray(n * 1000000)
        time.sleep(0.1 * n)
        if n == 3: os.kill(os.getpid(), 9)
memwatch.register("parent")
children = [multiprocessing.Process(target=work, args=(n,)) for n in range(1, 5)]
for child in children: child.start()
for child in children: child.join()
memwatch.event("all \"ended\"\n\x1b[1m")
'
exit 0
