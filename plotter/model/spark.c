#include "plotter/model/spark.h"

#include <string.h>

#define STEPS 8

static unsigned step_of(uint64_t value, uint64_t low, uint64_t high)
{
	if (value <= low || high <= low)
		return 0;
	if (value >= high)
		return STEPS - 1;
	return (unsigned)((double)(value - low) / (double)(high - low) * (STEPS - 1) + 0.5);
}

static const char *glyph(unsigned step, enum spark_glyphs glyphs)
{
	static const char *const blocks[STEPS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[STEPS] = { "_", ".", "-", "=", "+", "*", "#", "@" };

	return glyphs == SPARK_BLOCKS ? blocks[step] : ascii[step];
}

void spark_render(char *text, const struct history_column *columns, size_t count, uint64_t low,
		  uint64_t high, enum spark_glyphs glyphs)
{
	for (size_t i = 0; i < count; i++) {
		const char *piece = " ";

		if (columns[i].count > 0)
			piece = glyph(step_of(columns[i].max, low, high), glyphs);
		memcpy(text, piece, strlen(piece));
		text += strlen(piece);
	}
	*text = '\0';
}
