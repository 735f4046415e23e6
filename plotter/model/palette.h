/*
 * The colours of curves on white, 0xrrggbb. Pure.
 */
#ifndef PLOTTER_MODEL_PALETTE_H
#define PLOTTER_MODEL_PALETTE_H

#include <stddef.h>
#include <stdint.h>

/* As many as can be told apart. */
#define COLOURS 20

/* Of a line by its place among the lines; they come again after COLOURS. */
uint32_t colours_line(size_t index);

/* Half way to white, and half way to black. */
uint32_t colours_pale(uint32_t rgb);
uint32_t colours_dark(uint32_t rgb);

#endif
