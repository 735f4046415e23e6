/*
 * The formats that a recording can be exported to; the name of each is its ending.
 */
#ifndef BASE_FORMATS_H
#define BASE_FORMATS_H

/* Listed to people in this order. */
/* clang-format off */
#define EXPORT_FORMATS(each) \
	each(csv) \
	each(jsonl) \
	each(pftrace) \
	each(json) \
	each(dat) \
	each(html) \
	each(svg) \
	each(png) \
	each(pdf) \
	each(gp)
/* clang-format on */

#endif
