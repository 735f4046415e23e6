/*
 * A line of text that a person types at the foot of the screen. Pure.
 */
#ifndef PLOTTER_PROMPT_H
#define PLOTTER_PROMPT_H

#include "base/text.h"

#include <stdbool.h>

enum prompt_kind {
	PROMPT_NONE = 0, /* nothing is being typed */
	PROMPT_FILTER,	 /* what rows are to be looked for; holds while it is typed */
	PROMPT_MARK,	 /* a mark's label */
};

/* All zeros is none. */
struct prompt {
	enum prompt_kind kind;
	char text[TEXT_LABEL + 1]; /* whole UTF-8 characters only, but for the one being typed */
};

enum prompt_result {
	PROMPT_GOES_ON = 0,
	PROMPT_ENTERED, /* with Enter: prompt->text is the answer */
	PROMPT_LEFT,	/* with Escape, or by erasing what isn't there */
};

void prompt_begin(struct prompt *prompt, enum prompt_kind kind, const char *text);

/* Take a byte or a control: '\r' and '\n' enter, 27 leaves, 8 and 127 erase a character, ^U all, ^W
 * a word; other control bytes are ignored. What doesn't fit is, too. */
enum prompt_result prompt_take(struct prompt *prompt, int byte);

#endif
