/*
 * A cgroup that is followed as a whole: found by any of its names, who is in it, and what its files
 * say; below a root that stands for /.
 */
#include "tests/check.h"
#include "proc/cgroup_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char root[64];
	struct cgroups *cgroups;
	char why[256];
};

static void put(const struct fixture *fixture, const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	for (const char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
		snprintf(whole, sizeof whole, "%s%.*s", fixture->root, (int)(at - path), path);
		mkdir(whole, 0700);
	}
	snprintf(whole, sizeof whole, "%s%s", fixture->root, path);
	file = fopen(whole, "w");
	CHECK(file != NULL);
	fputs(text, file);
	fclose(file);
}

static void begin(struct fixture *fixture, bool mounted)
{
	snprintf(fixture->root, sizeof fixture->root, "%s/root.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	CHECK(mkdtemp(fixture->root) != NULL);
	put(fixture, "/proc/self/mountinfo",
	    mounted ? "30 23 0:26 / /cg rw,nosuid - cgroup2 cgroup2 rw\n"
		    : "30 23 0:26 / /cg/memory rw,nosuid - cgroup cgroup rw,memory\n");
	put(fixture, "/cg/cgroup.procs", "1\n");
	put(fixture, "/cg/web.slice/cgroup.procs", "");
	put(fixture, "/cg/web.slice/app.service/cgroup.procs", "101\n102\n");
	put(fixture, "/cg/web.slice/app.service/workers/cgroup.procs", "0\n103\n");
	put(fixture, "/cg/user.slice/deep/er/app.service/cgroup.procs", "900\n");
	fixture->cgroups = cgroups_new(fixture->root);
}

static const char *path_of(struct fixture *fixture, const char *asked, bool unit)
{
	static char path[256];
	struct cgroup_watch watch;
	int error = cgroup_watch_open(&watch, fixture->cgroups, asked, unit, fixture->why,
				      sizeof fixture->why);

	snprintf(path, sizeof path, "%s", error ? strerror(-error) : watch.path);
	cgroup_watch_close(&watch);
	return path;
}

static void it_is_found_by_its_directory_its_path_and_its_unit(void)
{
	struct fixture fixture;
	char directory[128];

	begin(&fixture, true);
	snprintf(directory, sizeof directory, "%s/cg/web.slice/", fixture.root);
	CHECK_EQ_STR(path_of(&fixture, directory, false), "/web.slice");
	CHECK_EQ_STR(path_of(&fixture, "/web.slice/app.service", false), "/web.slice/app.service");
	CHECK_EQ_STR(path_of(&fixture, "web.slice", false), "/web.slice");
	CHECK_EQ_STR(path_of(&fixture, "/", false), "/");
	CHECK_EQ_STR(path_of(&fixture, "app.service", true), "/web.slice/app.service");
	CHECK_EQ_STR(path_of(&fixture, "app", true), "/web.slice/app.service");
	CHECK_EQ_STR(path_of(&fixture, "web.slice", true), "/web.slice");
	cgroups_free(fixture.cgroups);
}

static void what_is_not_there_is_said(void)
{
	struct fixture fixture;

	begin(&fixture, true);
	path_of(&fixture, "/no/such", false);
	CHECK(strstr(fixture.why, "cgroup /no/such: there is none below ") == fixture.why);
	path_of(&fixture, "/proc", false);
	CHECK(strstr(fixture.why, "cgroup /proc: is none of cgroup v2, which is at ") ==
	      fixture.why);
	path_of(&fixture, "ap", true);
	CHECK(strstr(fixture.why, "unit 'ap': has no cgroup below ") == fixture.why);
	cgroups_free(fixture.cgroups);
	begin(&fixture, false);
	path_of(&fixture, "/web.slice", false);
	CHECK_EQ_STR(fixture.why,
		     "cgroup /web.slice: cgroup v2 is not mounted here: its processes, "
		     "memory.current, memory.peak, memory.max and memory.events can't be had");
	cgroups_free(fixture.cgroups);
}

static void add_up(void *arg, pid_t pid)
{
	*(long *)arg = *(long *)arg * 1000 + pid;
}

static void processes_of_cgroups_below_are_of_it(void)
{
	struct fixture fixture;
	struct cgroup_watch watch;
	long sum = 0;

	begin(&fixture, true);
	CHECK_EQ_I64(cgroup_watch_open(&watch, fixture.cgroups, "app", true, fixture.why,
				       sizeof fixture.why),
		     0);
	CHECK_EQ_I64(cgroup_watch_each(&watch, add_up, &sum), 0);
	CHECK_EQ_I64(sum, 101102103);
	cgroup_watch_close(&watch);
	cgroups_free(fixture.cgroups);
}

#define APP "/cg/web.slice/app.service/"

static void its_figures_are_read_and_what_happens_is_counted_from_the_first_look_on(void)
{
	struct fixture fixture;
	struct cgroup_watch watch;
	struct cgroup_figures figures;

	begin(&fixture, true);
	put(&fixture, APP "memory.current", "5242880\n");
	put(&fixture, APP "memory.peak", "6291456\n");
	put(&fixture, APP "memory.max", "max\n");
	put(&fixture, APP "memory.events",
	    "low 0\nhigh 7\nmax 3\noom 2\noom_kill 2\noom_group_kill 0\n");
	CHECK_EQ_I64(cgroup_watch_open(&watch, fixture.cgroups, "app", true, fixture.why,
				       sizeof fixture.why),
		     0);
	CHECK(watch.has_memory);
	CHECK(cgroup_watch_read(&watch, &figures));
	CHECK_EQ_U64(figures.current, 5242880);
	CHECK_EQ_U64(figures.peak, 6291456);
	CHECK_EQ_U64(figures.max, CGROUP_NO_LIMIT);
	CHECK_EQ_U64(figures.happened.high + figures.happened.max + figures.happened.oom_kill, 0);

	put(&fixture, APP "memory.max", "10485760\n");
	put(&fixture, APP "memory.events", "low 0\nhigh 8\nmax 13\noom 4\noom_kill 5\n");
	CHECK(cgroup_watch_read(&watch, &figures));
	CHECK_EQ_U64(figures.max, 10485760);
	CHECK_EQ_U64(figures.happened.high, 1);
	CHECK_EQ_U64(figures.happened.max, 10);
	CHECK_EQ_U64(figures.happened.oom_kill, 3);
	CHECK(cgroup_watch_read(&watch, &figures));
	CHECK_EQ_U64(figures.happened.oom_kill, 0);
	cgroup_watch_close(&watch);
	cgroups_free(fixture.cgroups);
}

static void one_that_goes_and_comes_again_counts_from_none(void)
{
	struct fixture fixture;
	struct cgroup_watch watch;
	struct cgroup_figures figures;
	char path[256];

	begin(&fixture, true);
	CHECK_EQ_I64(cgroup_watch_open(&watch, fixture.cgroups, "app", true, fixture.why,
				       sizeof fixture.why),
		     0);
	CHECK(!watch.has_memory);
	CHECK(!cgroup_watch_read(&watch, &figures));
	put(&fixture, APP "memory.current", "1024\n");
	put(&fixture, APP "memory.events", "oom_kill 5\n");
	CHECK(cgroup_watch_read(&watch, &figures));
	CHECK_EQ_U64(figures.peak, 0);
	put(&fixture, APP "memory.current", "");
	CHECK(!cgroup_watch_read(&watch, &figures));
	snprintf(path, sizeof path, "%s%s", fixture.root, APP "memory.current");
	CHECK_EQ_I64(unlink(path), 0);
	put(&fixture, APP "memory.current", "2048\n");
	put(&fixture, APP "memory.events", "oom_kill 1\n");
	CHECK(cgroup_watch_read(&watch, &figures));
	CHECK_EQ_U64(figures.current, 2048);
	CHECK_EQ_U64(figures.happened.oom_kill, 1);
	cgroup_watch_close(&watch);
	cgroups_free(fixture.cgroups);
}

static const struct check_test tests[] = {
	CHECK_TEST(it_is_found_by_its_directory_its_path_and_its_unit),
	CHECK_TEST(what_is_not_there_is_said),
	CHECK_TEST(processes_of_cgroups_below_are_of_it),
	CHECK_TEST(its_figures_are_read_and_what_happens_is_counted_from_the_first_look_on),
	CHECK_TEST(one_that_goes_and_comes_again_counts_from_none),
};

CHECK_MAIN(tests)
