#include "plotter/gnuplot_terminals.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ENDINGS ".png, .svg, .pdf"

/* The first that gnuplot has is taken. Nothing is enhanced anywhere: texts are data. */
static const struct gnuplot_terminal table[] = {
	{ "qt", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch' font 'Sans,9'", "", "", 0,
	  false, false },
	{ "x11", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch'", "", "", 0, false, false },
	{ "wxt", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch' font 'Sans,9'", "", "", 0,
	  false, true },
	{ "dumb", GNUPLOT_SCREEN, "noenhanced nofeed", "", "", 0, true, false },
	{ "sixelgd", GNUPLOT_SCREEN, "noenhanced truecolor", "\033P", "", 0, false, false },
	{ "kittycairo", GNUPLOT_SCREEN, "noenhanced font 'Sans,9'", "\033", "", 0, false, true },
	{ "kittygd", GNUPLOT_SCREEN, "noenhanced", "\033", "", 0, false, false },
	{ "pngcairo", GNUPLOT_FILE, "noenhanced font 'Sans,9'", "\x89PNG", ".png", 0, false, true },
	{ "png", GNUPLOT_FILE, "noenhanced truecolor", "\x89PNG", ".png", 0, false, false },
	{ "svg", GNUPLOT_FILE, "noenhanced background rgb 'white' font 'Sans,11'", "<?xml", ".svg",
	  0, false, false },
	{ "pdfcairo", GNUPLOT_FILE, "noenhanced font 'Sans,9'", "%PDF", ".pdf", 100, false, true },
};

#define COUNT (sizeof(table) / sizeof(table[0]))

const struct gnuplot_terminal *gnuplot_terminal(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(name, table[i].name) == 0)
			return &table[i];
	return NULL;
}

static bool has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path);

	return *ending && length > strlen(ending) &&
	       strcasecmp(path + length - strlen(ending), ending) == 0;
}

static bool is_known(const char *path)
{
	for (size_t i = 0; i < COUNT; i++)
		if (has_ending(path, table[i].ending))
			return true;
	return false;
}

bool gnuplot_wish_valid(const struct gnuplot_wish *wish, char why[GNUPLOT_WHY])
{
	const struct gnuplot_terminal *terminal = wish->term ? gnuplot_terminal(wish->term) : NULL;

	if (wish->out && !is_known(wish->out)) {
		snprintf(why, GNUPLOT_WHY, "out '%s': its ending is none of " ENDINGS, wish->out);
		return false;
	}
	if (wish->out && terminal && !has_ending(wish->out, terminal->ending)) {
		snprintf(why, GNUPLOT_WHY, "term '%s': does not write such a file as '%s'",
			 wish->term, wish->out);
		return false;
	}
	if (!wish->out && terminal && terminal->kind == GNUPLOT_FILE) {
		snprintf(why, GNUPLOT_WHY, "term '%s': writes a file, give it with --out FILE%s",
			 wish->term, terminal->ending);
		return false;
	}
	return true;
}

static bool is_available(const struct gnuplot_terminal *terminal, const char *available)
{
	const char *found = available;
	size_t length = strlen(terminal->name);

	while ((found = strstr(found, terminal->name)) != NULL) {
		if (found > available && found[-1] == ' ' && strchr(" \n", found[length]))
			return true;
		found += length;
	}
	return false;
}

static const struct gnuplot_terminal *refuse_term(const char *term, const char *available,
						  char why[GNUPLOT_WHY])
{
	const char *comma = "";
	int length = snprintf(why, GNUPLOT_WHY, "term '%.60s': this gnuplot has ", term);

	for (size_t i = 0; i < COUNT; i++) {
		if (!is_available(&table[i], available))
			continue;
		length += snprintf(why + length, (size_t)(GNUPLOT_WHY - length), "%s%s", comma,
				   table[i].name);
		comma = ", ";
	}
	return NULL;
}

/* The one that was asked for. */
static const struct gnuplot_terminal *take_term(const struct gnuplot_wish *wish,
						const char *available, char why[GNUPLOT_WHY])
{
	const struct gnuplot_terminal *terminal = gnuplot_terminal(wish->term);

	if (!terminal || !is_available(terminal, available))
		return refuse_term(wish->term, available, why);
	if (terminal->kind == GNUPLOT_WINDOW && !wish->display) {
		snprintf(why, GNUPLOT_WHY,
			 "term '%s': there is no display to open a window on: DISPLAY is not set",
			 wish->term);
		return NULL;
	}
	if (terminal->kind == GNUPLOT_SCREEN && !wish->screen) {
		snprintf(why, GNUPLOT_WHY,
			 "term '%s': standard input and output are no terminal to draw in",
			 wish->term);
		return NULL;
	}
	return terminal;
}

static const struct gnuplot_terminal *find(enum gnuplot_kind kind, const char *path,
					   const char *available)
{
	for (size_t i = 0; i < COUNT; i++)
		if (table[i].kind == kind && is_available(&table[i], available) &&
		    (!path || has_ending(path, table[i].ending)))
			return &table[i];
	return NULL;
}

const struct gnuplot_terminal *gnuplot_choose(const struct gnuplot_wish *wish,
					      const char *available, char why[GNUPLOT_WHY])
{
	const struct gnuplot_terminal *terminal;

	why[0] = '\0';
	if (wish->term)
		return take_term(wish, available, why);
	if (wish->out) {
		terminal = find(GNUPLOT_FILE, wish->out, available);
		if (!terminal)
			snprintf(why, GNUPLOT_WHY,
				 "%.200s: this gnuplot cannot write such a file (apt install "
				 "gnuplot-nox)",
				 wish->out);
		return terminal;
	}
	terminal = wish->display ? find(GNUPLOT_WINDOW, NULL, available) : NULL;
	if (terminal)
		return terminal;
	if (!wish->screen) {
		snprintf(why, GNUPLOT_WHY,
			 "gnuplot has neither a display nor a terminal to draw in: give it --out "
			 "FILE (" ENDINGS "), or take --view text");
		return NULL;
	}
	if (wish->display)
		snprintf(why, GNUPLOT_WHY,
			 "this gnuplot has no windows (apt install gnuplot-qt, or gnuplot-x11): it "
			 "draws in the terminal");
	return gnuplot_terminal("dumb");
}
