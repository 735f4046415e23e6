#include "export/export.h"
#include "export/picture/script.h"

static int write_gp(struct reader *reader, const struct export_options *options, FILE *out,
		    char *why)
{
	return script_export(reader, options, out, why, NULL);
}

const struct exporter export_gp = {
	.ending = ".gp",
	.what = "a gnuplot script with its data inside",
	.write = write_gp,
};
