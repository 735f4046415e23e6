#include "export/picture/drawing.h"

static int write_pdf(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why)
{
	static const struct drawing_format format = {
		.terminal = { .name = "pdfcairo", .per_inch = 100, .settings = "font 'Sans,9'" },
		.begins = "%PDF",
		.fonts_here = true,
	};

	return drawing_write(reader, options, out, why, &format);
}

const struct exporter export_pdf = {
	.ending = ".pdf",
	.what = "a picture as vectors, for print",
	.binary = true,
	.write = write_pdf,
};
