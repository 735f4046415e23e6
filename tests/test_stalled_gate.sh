#!/bin/bash
# A process that ends while the watcher's gate stands still has one line, with its end; and what a limit has ended says so.
. "$ROOT/tests/session.sh"

mkfifo go
start_watcher --interval 50ms
gate=$(pgrep -P $watcher) || fail "no gate"
memwatch run --session default --view json -o run.mwdb -- sh -c 'echo >began; read -r _ <go; exit 5' >run.out 2>run.err &
run=$!

wait_for 10 test -s began || fail "no run: $(cat run.err)"
wait_for 10 has run.out '.type == "sample"' || fail "no sample: $(cat run.err)"
kill -STOP "$gate"
echo >go
sleep 0.7
kill -CONT "$gate"
ends "a run over a gate that stood still: $(cat run.err)" $run 5
check_equal "its lines" 1 "$(memwatch list --all --json | jq '[.[] | select(.name == "sh")] | length')"
memwatch stop
wait $watcher
check_equal "in the recording" 1 "$(memwatch report run.mwdb --json | jq '.processes | length')"

# --- a grandchild that a limit has ended

timeout 20 memwatch run -i 20ms --view json --limit 30M --kill-on-limit -o limit.mwdb -- \
	sh -c 'sh -c "grow 60000000 20; true"; true' >run.out 2>run.err
status=$?
check_equal "status of what a limit ends: $(cat run.err)" 3 $status
has run.out '.state == "end" and .name == "grow" and .reason == "ended by SIGTERM (limit)" and .signal == 15' ||
	fail "the view: $(grep '"end"' run.out)"
check_equal "the report" "ended by SIGTERM (limit) 15" \
	"$(memwatch report limit.mwdb --json | jq -r '.processes[] | select(.name == "grow") | "\(.reason) \(.signal)"')"
check_match "as text" 'grow .* ended by SIGTERM \(limit\)$' "$(memwatch report limit.mwdb)"
check_equal "the file" "limit 15" "$(sqlite3 -separator ' ' limit.mwdb "SELECT ended, signal FROM process WHERE name = 'grow'")"
for kind in csv jsonl html json pftrace; do
	memwatch export limit.mwdb out.$kind 2>export.err || fail "export to $kind: $(cat export.err)"
	grep -aq 'ended by SIGTERM (limit)' out.$kind || fail "$kind does not say what ended it"
done
memwatch replay limit.mwdb --view json | grep '"end"' | grep -q 'ended by SIGTERM (limit)' || fail "the replay"
