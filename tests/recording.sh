# Helpers of the tests of recordings, after session.sh: . "$ROOT/tests/recording.sh"
command -v sqlite3 >/dev/null || skip "no sqlite3 here"

# ask FILE SQL
ask() {
	sqlite3 -cmd '.timeout 2000' "$1" "$2"
}

# whole FILE: a recording that ended in order is one sound file that says when.
whole() {
	[ -f "$1" ] || fail "$1: is not there"
	check_equal "beside $1" "$1" "$(echo "$1"*)"
	check_equal "$1: integrity" ok "$(ask "$1" 'PRAGMA integrity_check')"
	check_equal "$1: its end" 1 "$(ask "$1" "SELECT count(*) FROM session WHERE key = 'end_unix_ns'")"
}

# recording_is STATE
recording_is() {
	[ "$(memwatch status --json | jq -r .recording.state)" = "$1" ]
}

see_recording() {
	wait_for 10 recording_is "$1" || fail "the recording is not '$1': $(memwatch status --json)"
}

# stored FILE: a line "PID NUMBER" for each numbered event in it, as numbers of session.sh.
stored() {
	ask "$1" "SELECT process.pid || ' ' || label FROM event JOIN process ON process.id = process
		WHERE label GLOB '[0-9]*' ORDER BY event.rowid"
}
