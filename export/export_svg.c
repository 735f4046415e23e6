#include "export/picture/drawing.h"

static int write_svg(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why)
{
	static const struct drawing_format format = {
		.terminal = { .name = "svg",
			      .settings = "font 'sans-serif,12' background rgb 'white'" },
		.begins = "<?xml",
	};

	return drawing_write(reader, options, out, why, &format);
}

const struct exporter export_svg = {
	.ending = ".svg",
	.what = "a picture as vectors, for pages",
	.write = write_svg,
};
