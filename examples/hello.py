"""The smallest instrumented program, in Python; hello.c is the same in C."""

import time

import memwatch

memwatch.register("hello")
memwatch.event("started")
with memwatch.span("read", category="I/O"), open("/dev/zero", "rb") as file:
    data = file.read(50_000_000)
memwatch.event("50 MB read")
time.sleep(2)
del data
memwatch.event("done")
