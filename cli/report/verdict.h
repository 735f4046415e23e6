/*
 * A verdict on growth, in words and figures.
 */
#ifndef CLI_REPORT_VERDICT_H
#define CLI_REPORT_VERDICT_H

#include "analysis/summary.h"

#define VERDICT_TEXT 512

/* Why it is so, in some words: "grew until 12.0 s, flat since". Written to @text, of VERDICT_TEXT
 * bytes, which is returned; so are the following. */
char *verdict_text_why(char *text, const struct verdict *verdict);

/* Slope, fit, size and span with what each needs, in one line. */
char *verdict_text_figures(char *text, const struct verdict *verdict);

/* Lines of a table, each of the four: "slope  +1 MiB/min ...  passes". @indent: columns before. */
void verdict_text_print(const struct verdict *verdict, int indent);

/* "from first to last +120 MiB, 95 MiB of it stayed behind span I/O: read", or that it can't be put
 * down to any, where it has spans; a line of its own. */
void verdict_text_print_kept(const struct summary_process *process, int indent);

/* "+115 MiB more of files and shared memory, which is not its own", where that is much. */
void verdict_text_print_shared(const struct grown *grown, int indent);

/* ,"verdict":{...}, of a process and what it kept; or, @process being NULL, of a family. */
void verdict_text_json(const struct grown *grown, const struct summary_process *process);

#endif
