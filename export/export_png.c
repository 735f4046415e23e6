#include "export/picture/drawing.h"

static int write_png(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why)
{
	static const struct drawing_format format = {
		.terminal = { .name = "pngcairo", .other = "png", .settings = "font 'Sans,9'" },
		.begins = "\x89PNG",
		.fonts_here = true,
	};

	return drawing_write(reader, options, out, why, &format);
}

const struct exporter export_png = {
	.ending = ".png",
	.what = "a picture as dots",
	.binary = true,
	.write = write_png,
};
