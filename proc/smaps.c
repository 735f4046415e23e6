#include "proc/smaps.h"

#include <stdlib.h>
#include <string.h>

#define KIB 1024

/* --- lines */

/* "Rss:                 132 kB" to the figure that it is. */
struct field {
	const char *name;
	size_t length;
	size_t offset; /* in a struct mapping */
};

#define FIELD(text, member)                                                                        \
	{                                                                                          \
		text, sizeof text - 1, offsetof(struct mapping, member)                            \
	}

static const struct field fields[] = {
	FIELD("Rss:", use.rss),
	FIELD("Pss:", use.pss),
	FIELD("Private_Dirty:", use.private_dirty),
	FIELD("Swap:", use.swap),
	FIELD("Shared_Hugetlb:", use.hugetlb),
	FIELD("Private_Hugetlb:", use.hugetlb),
	FIELD("LazyFree:", use.lazyfree),
	FIELD("AnonHugePages:", huge),
	FIELD("ShmemPmdMapped:", huge),
	FIELD("FilePmdMapped:", huge),
};

static void take_flags(struct mapping *mapping, const char *flags)
{
	if (strstr(flags, " ht"))
		mapping->hugetlb = true;
}

static void take_field(struct mapping *mapping, const char *line)
{
	if (line[0] == 'V' && strncmp(line, "VmFlags:", 8) == 0)
		take_flags(mapping, line + 8);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		uint64_t *figure;

		if (line[0] != fields[i].name[0] ||
		    strncmp(line, fields[i].name, fields[i].length) != 0)
			continue;
		figure = (uint64_t *)(void *)((char *)mapping + fields[i].offset);
		*figure += strtoull(line + fields[i].length, NULL, 10) * KIB;
		return;
	}
}

static void give(struct smaps *smaps)
{
	if (smaps->has)
		smaps->each(smaps->arg, &smaps->mapping);
	smaps->has = false;
}

/* Behind @count more words. */
static const char *skip_words(const char *text, int count)
{
	for (int i = 0; i < count; i++) {
		text += strspn(text, " ");
		text += strcspn(text, " ");
	}
	return text + strspn(text, " ");
}

/* "55f9e74ac000-55f9e74ad000 r--p 00000000 fe:00 18624                      /usr/bin/cat" */
static void take_head(struct smaps *smaps, const char *line)
{
	struct mapping *mapping = &smaps->mapping;
	char *end;
	uint64_t from = strtoull(line, &end, 16);
	uint64_t to = *end == '-' ? strtoull(end + 1, &end, 16) : 0;

	give(smaps);
	if (to < from || *end != ' ' || strlen(end) < 6)
		return;
	*mapping = (struct mapping){
		.from = from,
		.to = to,
		.readable = end[1] == 'r',
		.writable = end[2] == 'w',
		.executable = end[3] == 'x',
		.shared = end[4] == 's',
		.path = smaps->path,
		.use = { .mappings = 1, .size = to - from },
	};
	text_copy(smaps->path, sizeof smaps->path, skip_words(end, 4));
	smaps->has = true;
}

static bool is_head(char first)
{
	return (first >= '0' && first <= '9') || (first >= 'a' && first <= 'f');
}

static void take_line(struct smaps *smaps, const char *line)
{
	if (is_head(line[0]))
		take_head(smaps, line);
	else if (smaps->has)
		take_field(&smaps->mapping, line);
}

/* --- pieces */

static void keep(struct smaps *smaps, const char *bytes, size_t size)
{
	if (smaps->used + size >= sizeof smaps->line) {
		smaps->skip = true;
		return;
	}
	memcpy(smaps->line + smaps->used, bytes, size);
	smaps->used += size;
}

void smaps_take(struct smaps *smaps, const char *bytes, size_t size)
{
	while (size > 0) {
		const char *end = memchr(bytes, '\n', size);
		size_t length = end ? (size_t)(end - bytes) : size;

		keep(smaps, bytes, length);
		if (!end)
			return;
		smaps->line[smaps->used] = '\0';
		if (!smaps->skip)
			take_line(smaps, smaps->line);
		smaps->used = 0;
		smaps->skip = false;
		bytes += length + 1;
		size -= length + 1;
	}
}

void smaps_end(struct smaps *smaps)
{
	give(smaps);
}
