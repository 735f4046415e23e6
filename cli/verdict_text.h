/*
 * A verdict on growth, in words and figures.
 */
#ifndef CLI_VERDICT_TEXT_H
#define CLI_VERDICT_TEXT_H

#include "trace/summary/summary.h"

#define VERDICT_TEXT 512

/* Why it is so, in some words: "grew until 12.0 s, flat since". Written to @text, of VERDICT_TEXT
 * bytes, which is returned; so are the following. */
char *verdict_text_why(char *text, const struct verdict *verdict);

/* Slope, fit, size and span with what each needs, in one line. */
char *verdict_text_figures(char *text, const struct verdict *verdict);

/* Lines of a table, each of the four: "slope  +1 MiB/min ...  passes". @indent: columns before. */
void verdict_text_print(const struct verdict *verdict, int indent);

/* "of +120 MiB, 95 MiB stayed behind span I/O: read", as far as spans are known; a line of its own.
 */
void verdict_text_print_kept(const struct summary_process *process, int indent);

/* ,"verdict":{...}, of one process, and what it kept. */
void verdict_text_json(const struct summary_process *process);

#endif
