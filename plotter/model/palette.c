#include "plotter/model/palette.h"

/* Okabe and Ito's, which colour-blind people tell apart (jfly.uni-koeln.de/color), their yellow
 * darker, for white. */
static const struct palette_hue hues[PALETTE_HUES] = {
	{ 0x0072b2, 0x4aa3e0, 32 },  { 0xd55e00, 0xf0803a, 166 }, { 0x009e73, 0x1fbf92, 36 },
	{ 0xe69f00, 0xf2b632, 136 }, { 0xcc79a7, 0xdc94bb, 169 }, { 0x56b4e9, 0x8fd0f5, 74 },
	{ 0x3b3f46, 0xd5d9de, 244 }, { 0xb8a900, 0xd6c83a, 142 },
};

static const uint32_t shades[][PALETTE_HUES] = {
	{ 0x003b5c, 0x7a3600, 0x00543d, 0x8a5f00, 0x85396a, 0x2b7fae, 0x767b83, 0x6e6500 },
	{ 0x7fb8d8, 0xf0ab7c, 0x7fceb9, 0xf3cf7f, 0xe6bcd3, 0xaad9f4, 0xa8acb2, 0xdbd480 },
};

#define SHADES (sizeof(shades) / sizeof(shades[0]))

const struct palette_hue *palette_hue(uint32_t line)
{
	return &hues[(line - 1) % PALETTE_HUES];
}

uint32_t palette_line(uint32_t line)
{
	size_t round = (line - 1) / PALETTE_HUES % (SHADES + 1);

	return round == 0 ? palette_hue(line)->on_white
			  : shades[round - 1][(line - 1) % PALETTE_HUES];
}

uint32_t palette_pale(uint32_t rgb)
{
	return ((rgb >> 1) & 0x7f7f7f) + 0x808080;
}

uint32_t palette_dark(uint32_t rgb)
{
	return (rgb >> 1) & 0x7f7f7f;
}
