/*
 * The colours of processes, in the terminal, in pictures and on the page alike: a process has one
 * by its line, so that what is left out of a picture changes no other's. Pure.
 */
#ifndef PLOTTER_MODEL_PALETTE_H
#define PLOTTER_MODEL_PALETTE_H

#include <stddef.h>
#include <stdint.h>

/* Hues, which come again after as many lines. */
#define PALETTE_HUES 8

/* A hue as each surface shows it. */
struct palette_hue {
	uint32_t on_white; /* 0xrrggbb */
	uint32_t on_black;
	uint8_t of_256; /* in a terminal, whatever its background */
};

/* Of @line, 1 and up. */
const struct palette_hue *palette_hue(uint32_t line);

/* Of @line on white, 0xrrggbb: its hue, where hues come again in a darker and then a lighter shade.
 * Dashes don't show on curves of many short steps. */
uint32_t palette_line(uint32_t line);

/* Half way to white, and half way to black. */
uint32_t palette_pale(uint32_t rgb);
uint32_t palette_dark(uint32_t rgb);

#endif
