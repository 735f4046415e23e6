#!/bin/bash
# The public header stands alone: in C99, C11 and C++11, with every warning, and without anything else of the tree.
. "$ROOT/tests/lib.sh"

cd "$XDG_RUNTIME_DIR" || exit 1
cp "$ROOT/client/memwatch.h" .
WARNINGS="-Wall -Wextra -Wpedantic -Wshadow -Werror"

cat >both.c <<'END'
#include "memwatch.h"
#include "memwatch.h"

int main(void)
{
	uint64_t dropped = mw_dropped();
	mw_span span = mw_begin("I/O", "read");
	int error = mw_register("header");

	mw_end(span);
	mw_event("a milestone");
	mw_eventf("category", "%d of %s", 1, "many");
	{
		MW_SCOPE("outer", "scope");
		MW_SCOPE("inner", "scope");
	}
	return mw_flush(0) == 0 && error == 0 && dropped == 0;
}
END
cp both.c both.cpp

for standard in c99 c11; do
	${CC:-cc} -std=$standard $WARNINGS -Wstrict-prototypes -c -o both.o both.c || fail "it isn't $standard"
done
${CC:-cc} -std=c99 -c -o bad.o -Werror=format -x c - <<<'#include "memwatch.h"
void f(void); void f(void) { mw_eventf("", "%s", 1); }' 2>/dev/null && fail "a wrong format is not noticed"
if command -v g++ >/dev/null; then
	for standard in c++11 c++20; do
		g++ -std=$standard $WARNINGS -c -o both++.o both.cpp || fail "it isn't $standard"
	done
	g++ -o both++ both++.o $(sanitizer_flags) "$O/libmemwatch.a" -lnanomsg -pthread $LDFLAGS && MEMWATCH=off ./both++ || fail "C++ can't link it"
fi
