#include "plotter/gnuplot/terminals.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ENDINGS ".png, .svg, .pdf"

/* The first that gnuplot has is taken. Nothing is enhanced anywhere: texts are data. */
static const struct gnuplot_terminal table[] = {
	{ "qt", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch' font 'Sans,9'", "", "", 0,
	  false, false, GNUPLOT_ANY },
	{ "wxt", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch' font 'Sans,9'", "", "", 0,
	  false, false, GNUPLOT_CAIRO },
	{ "x11", GNUPLOT_WINDOW, "noenhanced noraise title 'memwatch'", "", "", 0, false, true,
	  GNUPLOT_ASCII },
	{ "dumb", GNUPLOT_SCREEN, "noenhanced nofeed", "", "", 0, true, false, GNUPLOT_ANY },
	{ "sixelgd", GNUPLOT_SCREEN, "noenhanced truecolor", "\033P", "", 0, false, false,
	  GNUPLOT_ANY },
	{ "kittycairo", GNUPLOT_SCREEN, "noenhanced font 'Sans,9'", "\033", "", 0, false, false,
	  GNUPLOT_CAIRO },
	{ "kittygd", GNUPLOT_SCREEN, "noenhanced", "\033", "", 0, false, false, GNUPLOT_ANY },
	{ "pngcairo", GNUPLOT_FILE, "noenhanced font 'Sans,9'", "\x89PNG", ".png", 0, false, false,
	  GNUPLOT_CAIRO },
	{ "png", GNUPLOT_FILE, "noenhanced truecolor", "\x89PNG", ".png", 0, false, false,
	  GNUPLOT_ANY },
	{ "svg", GNUPLOT_FILE, "noenhanced background rgb 'white' font 'Sans,11'", "<?xml", ".svg",
	  0, false, false, GNUPLOT_ANY },
	{ "pdfcairo", GNUPLOT_FILE, "noenhanced font 'Sans,9'", "%PDF", ".pdf", 100, false, false,
	  GNUPLOT_CAIRO },
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

static int refuse_term(const char *term, const char *available, char why[GNUPLOT_WHY])
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
	return -EINVAL;
}

static int __attribute__((format(printf, 2, 3)))
refuse(char why[GNUPLOT_WHY], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, GNUPLOT_WHY, format, arguments);
	va_end(arguments);
	return -ENOTSUP;
}

/* The one that was asked for. */
static int take_term(const struct gnuplot_terminal **ret_terminal, const struct gnuplot_wish *wish,
		     const char *available, char why[GNUPLOT_WHY])
{
	const struct gnuplot_terminal *terminal = gnuplot_terminal(wish->term);

	if (!terminal || !is_available(terminal, available))
		return refuse_term(wish->term, available, why);
	if (terminal->kind == GNUPLOT_WINDOW && !wish->display)
		return refuse(why,
			      "term '%s': there is no display to open a window on: DISPLAY is not "
			      "set",
			      wish->term);
	if (terminal->kind == GNUPLOT_SCREEN && !wish->screen)
		return refuse(why,
			      "term '%s': standard input and output are no terminal to draw in",
			      wish->term);
	*ret_terminal = terminal;
	return 0;
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

int gnuplot_choose(const struct gnuplot_terminal **ret_terminal, const struct gnuplot_wish *wish,
		   const char *available, char why[GNUPLOT_WHY])
{
	why[0] = '\0';
	*ret_terminal = NULL;
	if (wish->term)
		return take_term(ret_terminal, wish, available, why);
	if (wish->out) {
		*ret_terminal = find(GNUPLOT_FILE, wish->out, available);
		return *ret_terminal ? 0
				     : refuse(why,
					      "%.200s: this gnuplot cannot write such a file (apt "
					      "install gnuplot-nox)",
					      wish->out);
	}
	if (wish->display)
		*ret_terminal = find(GNUPLOT_WINDOW, NULL, available);
	if (*ret_terminal)
		return 0;
	if (!wish->screen)
		return refuse(why,
			      "gnuplot has neither a display nor a terminal to draw in: give it "
			      "--out FILE (%s), or take --view text",
			      ENDINGS);
	*ret_terminal = find(GNUPLOT_SCREEN, NULL, available);
	if (!*ret_terminal)
		return refuse(why,
			      "this gnuplot cannot draw in a terminal (apt install gnuplot-nox)");
	if (wish->display)
		snprintf(why, GNUPLOT_WHY,
			 "this gnuplot has no windows (apt install gnuplot-qt, or gnuplot-x11): it "
			 "draws in the terminal");
	return 0;
}
