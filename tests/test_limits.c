/* What the watcher finds of limits, on a made-up /proc and /sys/fs/cgroup. */
#include "watcher/memory_limits.h"

#include "base/clock.h"
#include "tests/check.h"
#include "proc/meminfo.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (1024 * 1024ULL)

static char root[64];

static void put(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	snprintf(whole, sizeof whole, "%s%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	file = fopen(whole, "w");
	if (!CHECK(file != NULL))
		return;
	fputs(text, file);
	fclose(file);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void drop(const char *path)
{
	char whole[512];

	snprintf(whole, sizeof whole, "%s%s", root, path);
	CHECK_EQ_I64(nftw(whole, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* A machine with cgroup v2 in "/sys/fs/cg roup" and a process 7 in /a/b. */
static void make_machine(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(root, sizeof root, "%.40s/memwatch-XXXXXX", base ? base : "/tmp");
	CHECK(mkdtemp(root) != NULL);
	put("/proc/self/mountinfo",
	    "22 28 0:21 / /proc rw - proc proc rw\n"
	    "30 28 0:26 / /sys/fs/cg\\040roup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
	put("/proc/7/cgroup", "4:memory:/old\n0::/a/b\n");
	put("/sys/fs/cg roup/a/b/memory.max", "max\n");
	put("/sys/fs/cg roup/a/b/memory.current", "1048576\n");
}

/* "200 of 300", in MiB, "none", or "nobody" where its cgroup isn't known. */
static const char *held(struct cgroups *cgroups, struct cgroup *cgroup, uint64_t look)
{
	static char text[64];
	uint64_t limit;
	uint64_t used;

	if (!cgroup)
		return "nobody";
	if (!cgroups_read(cgroups, cgroup, look, &limit, &used))
		return "none";
	snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, used / (uint64_t)MIB,
		 limit / (uint64_t)MIB);
	return text;
}

static void of_a_cgroup_and_those_above_the_one_with_the_least_room_holds(void)
{
	struct cgroup *cgroup = NULL;
	struct cgroups *cgroups;

	make_machine();
	cgroups = cgroups_new(root);
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "none");
	put("/sys/fs/cg roup/memory.max", "943718400\n");
	put("/sys/fs/cg roup/memory.current", "209715200\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "none");
	CHECK_EQ_STR(held(cgroups, cgroup, 2), "200 of 900");
	put("/sys/fs/cg roup/a/b/memory.max", "104857600\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 3), "1 of 100");
	put("/sys/fs/cg roup/a/b/memory.current", "83886080\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 3), "1 of 100");
	CHECK_EQ_STR(held(cgroups, cgroup, 4), "80 of 100");
	put("/sys/fs/cg roup/a/memory.max", "110100480\n");
	put("/sys/fs/cg roup/a/memory.current", "96468992\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 5), "92 of 105");
	/* Over it, as after a limit was lowered. */
	put("/sys/fs/cg roup/memory.max", "1048576\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 6), "200 of 1");
	cgroups_free(cgroups);
	drop("");
}

static void a_process_that_moves_is_held_by_its_new_cgroup(void)
{
	struct cgroup *cgroup = NULL;
	struct cgroup *other = NULL;
	struct cgroups *cgroups;

	make_machine();
	put("/sys/fs/cg roup/a/b/memory.max", "104857600\n");
	put("/sys/fs/cg roup/a/c/memory.max", "52428800\n");
	put("/sys/fs/cg roup/a/c/memory.current", "1048576\n");
	put("/proc/8/cgroup", "0::/a/b\n");
	cgroups = cgroups_new(root);
	cgroups_follow(cgroups, 7, &cgroup);
	cgroups_follow(cgroups, 8, &other);
	CHECK(cgroup == other);
	CHECK_EQ_U64(cgroups_count(cgroups), 3);
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "1 of 100");
	put("/proc/7/cgroup", "0::/a/c\n");
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "1 of 50");
	CHECK_EQ_STR(held(cgroups, other, 1), "1 of 100");
	CHECK_EQ_U64(cgroups_count(cgroups), 4);
	cgroups_leave(cgroups, &other);
	CHECK_EQ_U64(cgroups_count(cgroups), 3);
	put("/proc/7/cgroup", "0::/\n");
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "none");
	CHECK_EQ_U64(cgroups_count(cgroups), 1);
	drop("/proc/7");
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK(cgroup == NULL);
	CHECK_EQ_U64(cgroups_count(cgroups), 0);
	cgroups_free(cgroups);
	drop("");
}

static void a_cgroup_made_again_is_read_anew(void)
{
	struct cgroup *cgroup = NULL;
	struct cgroups *cgroups;

	make_machine();
	put("/sys/fs/cg roup/a/b/memory.max", "104857600\n");
	cgroups = cgroups_new(root);
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK_EQ_STR(held(cgroups, cgroup, 1), "1 of 100");
	/* As the kernel's files of a removed one: nothing can be read of what is open. */
	put("/sys/fs/cg roup/a/b/memory.max", "");
	CHECK_EQ_STR(held(cgroups, cgroup, 2), "none");
	drop("/sys/fs/cg roup/a/b");
	CHECK_EQ_STR(held(cgroups, cgroup, 3), "none");
	put("/sys/fs/cg roup/a/b/memory.max", "2097152\n");
	put("/sys/fs/cg roup/a/b/memory.current", "1048576\n");
	CHECK_EQ_STR(held(cgroups, cgroup, 4), "1 of 2");
	cgroups_free(cgroups);
	drop("");
}

static void what_is_mounted_may_be_a_part_of_the_hierarchy(void)
{
	static const struct {
		const char *path;
		const char *held;
	} cases[] = {
		{ "0::/docker/x/a/b\n", "1 of 100" },
		{ "0::/docker/x\n", "none" },
		{ "0::/docker/xy/a/b\n", "nobody" },
		{ "0::/other\n", "nobody" },
		{ "0::/../a/b\n", "nobody" },
		{ "4:memory:/a/b\n", "nobody" },
		{ "0::", "nobody" },
		{ "", "nobody" },
	};
	struct cgroup *cgroup = NULL;
	struct cgroups *cgroups;

	make_machine();
	put("/proc/self/mountinfo",
	    "30 28 0:26 /docker/x /sys/fs/cg\\040roup rw - cgroup2 cgroup2 rw\n");
	put("/sys/fs/cg roup/a/b/memory.max", "104857600\n");
	cgroups = cgroups_new(root);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("/proc/7/cgroup", cases[i].path);
		cgroups_follow(cgroups, 7, &cgroup);
		CHECK_EQ_STR(held(cgroups, cgroup, 1), cases[i].held);
	}
	cgroups_free(cgroups);
	drop("");
}

static void a_machine_without_cgroup_v2_has_no_limits_and_no_errors(void)
{
	struct cgroup *cgroup = NULL;
	struct cgroups *cgroups;

	make_machine();
	put("/proc/self/mountinfo",
	    "33 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
	cgroups = cgroups_new(root);
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK(cgroup == NULL);
	cgroups_free(cgroups);
	drop("/proc/self");
	cgroups = cgroups_new(root);
	cgroups_follow(cgroups, 7, &cgroup);
	CHECK(cgroup == NULL);
	cgroups_leave(cgroups, &cgroup);
	cgroups_free(cgroups);
	drop("");
}

static size_t descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void the_files_of_few_cgroups_only_are_kept_open(void)
{
	struct cgroup *all[CGROUPS_MOST + 100] = { NULL };
	size_t before = descriptors();
	struct cgroups *cgroups;
	size_t known = 0;
	uint64_t unused;
	char path[128];
	char text[64];

	make_machine();
	cgroups = cgroups_new(root);
	for (int i = 0; i < CGROUPS_MOST + 100; i++) {
		snprintf(path, sizeof path, "/sys/fs/cg roup/many/%d/memory.max", i);
		put(path, "4096\n");
		snprintf(path, sizeof path, "/proc/%d/cgroup", 1000 + i);
		snprintf(text, sizeof text, "0::/many/%d\n", i);
		put(path, text);
		cgroups_follow(cgroups, 1000 + i, &all[i]);
		known += all[i] != NULL;
		if (all[i])
			cgroups_read(cgroups, all[i], 1, &unused, &unused);
	}
	CHECK_EQ_U64(known, CGROUPS_MOST - 2);
	CHECK_EQ_U64(cgroups_count(cgroups), CGROUPS_MOST);
	CHECK(descriptors() <= before + 2 * CGROUPS_MOST);
	for (int i = 0; i < CGROUPS_MOST + 100; i++)
		cgroups_leave(cgroups, &all[i]);
	CHECK_EQ_U64(cgroups_count(cgroups), 0);
	CHECK_EQ_U64(descriptors(), before);
	cgroups_free(cgroups);
	drop("");
}

static void the_machines_memory_is_read_again_from_one_open_file(void)
{
	uint64_t total = 0;
	uint64_t available = 0;
	int fd;

	make_machine();
	CHECK_EQ_I64(meminfo_open(root), -ENOENT);
	put("/proc/meminfo", "MemTotal:       24684100 kB\nMemFree:        23542028 kB\n"
			     "MemAvailable:   24187844 kB\nBuffers:            5084 kB\n");
	fd = meminfo_open(root);
	CHECK_EQ_I64(meminfo_read(fd, &total, &available), 0);
	CHECK_EQ_U64(total, 24684100ULL * 1024);
	CHECK_EQ_U64(available, 24187844ULL * 1024);
	put("/proc/meminfo", "MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 99 kB\n");
	CHECK_EQ_I64(meminfo_read(fd, &total, &available), 0);
	CHECK_EQ_U64(available, 99ULL * 1024);
	put("/proc/meminfo", "MemTotal: 100 kB\nMemFree: 1 kB\n");
	CHECK_EQ_I64(meminfo_read(fd, &total, &available), -ENOENT);
	put("/proc/meminfo", "MemTotal: 99999999999999999999 kB\nMemAvailable: 1 kB\n");
	CHECK_EQ_I64(meminfo_read(fd, &total, &available), -ENOENT);
	close(fd);
	drop("");
}

static void a_limit_is_told_when_a_forecast_from_it_would_be_wrong(void)
{
	const struct bound none = { 0 };
	const struct bound told = { 50 * NS_PER_S, 512 * MIB, 352 * MIB, 1 };
	const struct bound full = { 50 * NS_PER_S, 512 * MIB, 512 * MIB, 1 };
	const uint64_t later = 51 * NS_PER_S;

	CHECK(!bound_moved(&none, later, 0, 0));
	CHECK(bound_moved(&none, later, 512 * MIB, 0));
	CHECK(!bound_moved(&told, later, 512 * MIB, 362 * MIB));
	CHECK(bound_moved(&told, later, 512 * MIB, 362 * MIB + 1));
	CHECK(!bound_moved(&told, later, 512 * MIB, 342 * MIB));
	CHECK(bound_moved(&told, later, 512 * MIB, 342 * MIB - 1));
	CHECK(bound_moved(&told, later, 513 * MIB, 352 * MIB));
	CHECK(bound_moved(&told, later, 0, 0));
	CHECK(!bound_moved(&told, later - 1, 0, 0));
	/* A cache that fills all there is comes and goes by some pages. */
	CHECK(!bound_moved(&full, later, 512 * MIB, 512 * MIB - 512 * 1024));
	CHECK(bound_moved(&full, later, 512 * MIB, 511 * MIB));
}

static const struct check_test tests[] = {
	CHECK_TEST(of_a_cgroup_and_those_above_the_one_with_the_least_room_holds),
	CHECK_TEST(a_process_that_moves_is_held_by_its_new_cgroup),
	CHECK_TEST(a_cgroup_made_again_is_read_anew),
	CHECK_TEST(what_is_mounted_may_be_a_part_of_the_hierarchy),
	CHECK_TEST(a_machine_without_cgroup_v2_has_no_limits_and_no_errors),
	CHECK_TEST(the_files_of_few_cgroups_only_are_kept_open),
	CHECK_TEST(the_machines_memory_is_read_again_from_one_open_file),
	CHECK_TEST(a_limit_is_told_when_a_forecast_from_it_would_be_wrong),
};

CHECK_MAIN(tests)
