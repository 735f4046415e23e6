/* libFuzzer over whole recordings: FUZZ_BASE names a sound one, TMPDIR a place for those made of
 * it. */
#include "tests/fuzz/hostile_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hostile hostile;
	const char *base = getenv("FUZZ_BASE");
	const char *dir = getenv("TMPDIR");

	if (!hostile.base && (!base || !dir || hostile_open(&hostile, dir, base) < 0))
		abort();
	hostile_try(&hostile, data, size);
	return 0;
}
