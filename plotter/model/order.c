#include "plotter/model/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct order {
	enum order_key key;
	uint64_t now_ns;
};

const char *order_title(enum order_key key)
{
	static const char *const titles[ORDER_KEYS] = {
		[ORDER_APPEARANCE] = "", [ORDER_RSS] = "NOW",	[ORDER_CHANGE] = "CHANGE",
		[ORDER_PEAK] = "PEAK",	 [ORDER_NAME] = "NAME", [ORDER_PID] = "PID",
	};

	return key < ORDER_KEYS ? titles[key] : "";
}

static int lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : (unsigned char)byte;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Numbers of any length: those with more digits are larger, but for zeros before them. */
static int compare_numbers(const char **a, const char **b)
{
	size_t digits_a;
	size_t digits_b;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	digits_a = strspn(*a, "0123456789");
	digits_b = strspn(*b, "0123456789");
	if (digits_a != digits_b)
		return digits_a < digits_b ? -1 : 1;
	order = memcmp(*a, *b, digits_a);
	*a += digits_a;
	*b += digits_b;
	return order;
}

/* As people sort: "worker-2" comes before "Worker-10". */
static int compare_names(const char *a, const char *b)
{
	while (*a && *b) {
		int order;

		if (is_digit(*a) && is_digit(*b))
			order = compare_numbers(&a, &b);
		else
			order = lower(*a++) - lower(*b++);
		if (order)
			return order;
	}
	return lower(*a) - lower(*b);
}

static int compare_falling(int64_t a, int64_t b)
{
	return (a < b) - (a > b);
}

static int compare_rows(const struct row *a, const struct row *b, const struct order *order)
{
	switch (order->key) {
	case ORDER_RSS:
		return compare_falling((int64_t)a->rss, (int64_t)b->rss);
	case ORDER_CHANGE:
		return compare_falling(a->change, b->change);
	case ORDER_PEAK:
		return compare_falling((int64_t)a->peak, (int64_t)b->peak);
	case ORDER_NAME:
		return compare_names(history_name_at(a->line, order->now_ns).name,
				     history_name_at(b->line, order->now_ns).name);
	case ORDER_PID:
		return (a->line->pid > b->line->pid) - (a->line->pid < b->line->pid);
	default:
		return 0;
	}
}

/* Lines are numbered as they come, so equal rows stay as they were. */
static int compare(const void *left, const void *right, void *arg)
{
	const struct row *a = left;
	const struct row *b = right;
	int order;

	if (a->ended != b->ended)
		return a->ended ? 1 : -1;
	order = compare_rows(a, b, arg);
	return order ? order : (a->line->line > b->line->line) - (a->line->line < b->line->line);
}

void order_rows(struct row *rows, size_t count, enum order_key key, uint64_t now_ns)
{
	struct order order = { key, now_ns };

	if (key != ORDER_APPEARANCE && count > 1)
		qsort_r(rows, count, sizeof(*rows), compare, &order);
}

static bool begins_with(const char *text, const char *sought)
{
	while (*sought && lower(*text) == lower(*sought)) {
		text++;
		sought++;
	}
	return *sought == '\0';
}

static bool contains(const char *text, const char *sought)
{
	for (; *text; text++) {
		if (begins_with(text, sought))
			return true;
	}
	return *sought == '\0';
}

bool order_matches(const struct history_line *line, const char *filter, uint64_t now_ns)
{
	struct history_name name = history_name_at(line, now_ns);
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", (unsigned)line->pid);
	return contains(name.name, filter) || contains(name.command, filter) ||
	       strcmp(pid, filter) == 0;
}
