#!/bin/bash
# The Python package, against a watcher: tests/python/test_*.py.
. "$ROOT/tests/lib.sh"

[ -e "$O/python/memwatch/_memwatch.abi3.so" ] || skip "no Python package here: make python"
export PYTHONPATH=$O/python PYTHONDONTWRITEBYTECODE=1
in_python "${PYTHON:-/usr/bin/python3}" -W error::ResourceWarning -m unittest discover -s "$ROOT/tests/python" "$@"
