#!/bin/bash
# The Python package, against a watcher: tests/python/test_*.py.
. "$ROOT/tests/lib.sh"

[ -e "$O/python/memwatch/_memwatch.abi3.so" ] || skip "no Python package here: make python"
export PYTHONPATH=$O/python PYTHONDONTWRITEBYTECODE=1
pattern='test*.py'
if sanitized tsan; then
	leave_out "children of Python programs: ThreadSanitizer ends one of a fork beside threads that starts a thread"
	pattern='test_[cp][al]*.py'
fi
in_python "${PYTHON:-/usr/bin/python3}" -W error::ResourceWarning -m unittest discover -s "$ROOT/tests/python" -p "$pattern" "$@"
