#include "plotter/model/palette.h"

/* Okabe and Ito's, which colour-blind people tell apart, without their yellow: it is too light on
 * white. Then the same darker, then lighter: dashes don't show on curves of many short steps. */
static const uint32_t colours[COLOURS] = {
	0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000,
	0x003b5c, 0x7a3600, 0x00543d, 0x85396a, 0x8a5f00, 0x2b7fae, 0x6b6b6b,
	0x7fb8d8, 0xf0ab7c, 0x7fceb9, 0xe6bcd3, 0xf3cf7f, 0xa8a8a8,
};

uint32_t colours_line(size_t index)
{
	return colours[index % COLOURS];
}

uint32_t colours_pale(uint32_t rgb)
{
	return ((rgb >> 1) & 0x7f7f7f) + 0x808080;
}

uint32_t colours_dark(uint32_t rgb)
{
	return (rgb >> 1) & 0x7f7f7f;
}
