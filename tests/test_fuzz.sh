#!/bin/sh
# The fuzzers' corpus, and a few seconds more; `make fuzz` is the long way.
exec "$ROOT/tests/fuzz/run" 3
