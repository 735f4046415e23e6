/*
 * Children are listed as the kernel has them, for all threads of a process; below a root that
 * stands for /.
 */
#include "tests/check.h"
#include "proc/children.h"
#include "proc/pidset.h"
#include "proc/procinfo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 2000

struct found {
	pid_t pids[MOST];
	size_t count;
};

static void take(void *arg, pid_t child)
{
	struct found *found = arg;

	if (found->count < MOST)
		found->pids[found->count++] = child;
}

static const char *new_root(void)
{
	static char path[64];
	char proc[80];

	snprintf(path, sizeof path, "%s/root.XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	CHECK(mkdtemp(path) != NULL);
	snprintf(proc, sizeof proc, "%s/proc", path);
	CHECK_EQ_I64(mkdir(proc, 0700), 0);
	return path;
}

/* @children: what its file holds; NULL: there is none. */
static void put_thread(const char *root, int pid, int thread, const char *children)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/proc/%d", root, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/proc/%d/task", root, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/proc/%d/task/%d", root, pid, thread);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/proc/%d/task/%d/children", root, pid, thread);
	if (!children) {
		unlink(path);
		return;
	}
	file = fopen(path, "w");
	CHECK(file != NULL);
	fputs(children, file);
	fclose(file);
}

static void a_process_with_one_thread_has_the_children_of_its_list(void)
{
	struct child_files files = CHILD_FILES_NONE;
	const char *root = new_root();
	struct found found = { .count = 0 };

	put_thread(root, 10, 10, "11 12 4194303 ");
	CHECK_EQ_I64(children_each(root, 10, &files, false, take, &found), 0);
	CHECK_EQ_U64(found.count, 3);
	CHECK_EQ_I64(found.pids[0], 11);
	CHECK_EQ_I64(found.pids[2], 4194303);
	CHECK_EQ_I64(files.task, -1);
}

static void files_that_are_kept_show_what_comes_later(void)
{
	struct child_files files = CHILD_FILES_NONE;
	const char *root = new_root();
	struct found found = { .count = 0 };

	put_thread(root, 10, 10, "");
	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), 0);
	CHECK_EQ_U64(found.count, 0);
	CHECK(files.task >= 0 && files.children >= 0);
	put_thread(root, 10, 10, "99 ");
	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), 0);
	CHECK_EQ_U64(found.count, 1);
	CHECK_EQ_I64(found.pids[0], 99);
	children_close(&files);
	CHECK_EQ_I64(files.children, -1);
}

static void each_thread_has_children_of_its_own(void)
{
	struct child_files files = CHILD_FILES_NONE;
	const char *root = new_root();
	struct found found = { .count = 0 };
	uint64_t sum = 0;

	put_thread(root, 10, 10, "20 ");
	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), 0);
	CHECK_EQ_U64(found.count, 1);
	put_thread(root, 10, 15, "21 22 "); /* it starts a thread, which forks */
	put_thread(root, 10, 16, NULL);	    /* and one that ends as it is looked at */
	found.count = 0;
	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), 0);
	CHECK_EQ_U64(found.count, 3);
	for (size_t i = 0; i < found.count; i++)
		sum += (uint64_t)found.pids[i];
	CHECK_EQ_U64(sum, 20 + 21 + 22);
	children_close(&files);
}

static void a_long_list_is_read_whole(void)
{
	struct child_files files = CHILD_FILES_NONE;
	const char *root = new_root();
	static char text[MOST * 8];
	static struct found found;
	size_t length = 0;

	for (int i = 0; i < MOST; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "%d ", 100000 + i);
	put_thread(root, 10, 10, text);
	CHECK_EQ_I64(children_each(root, 10, &files, false, take, &found), 0);
	CHECK_EQ_U64(found.count, MOST);
	for (int i = 0; i < MOST; i++)
		CHECK_EQ_I64(found.pids[i], 100000 + i);
}

static void a_process_that_is_gone_and_a_kernel_without_lists_are_told_apart(void)
{
	struct child_files files = CHILD_FILES_NONE;
	const char *root = new_root();
	struct found found = { .count = 0 };

	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), -ESRCH);
	put_thread(root, 10, 10, NULL);
	CHECK_EQ_I64(children_each(root, 10, &files, true, take, &found), -ENOSYS);
	CHECK_EQ_I64(files.task, -1);
	CHECK_EQ_U64(found.count, 0);
}

static void find_own(void *arg, const struct procinfo *info)
{
	if (info->pid == getpid())
		*(pid_t *)arg = info->ppid;
}

static void parents_are_known_without_lists_too(void)
{
	struct procinfo_reader *reader;
	pid_t parent = 0;

	CHECK_EQ_I64(procinfo_open(&reader), 0);
	CHECK_EQ_I64(procinfo_all(reader, find_own, &parent), 0);
	CHECK_EQ_I64(parent, getppid());
	procinfo_close(reader);
}

static void find_user(void *arg, const struct procinfo *info)
{
	CHECK_EQ_I64(info->pid, getpid());
	CHECK(strstr(info->whole, "test_children") != NULL);
	*(uint32_t *)arg = info->user;
}

static void a_brief_look_gives_what_a_long_one_does(void)
{
	struct procinfo_reader *reader;
	char name[TEXT_NAME + 1];
	struct procinfo info;
	uint64_t start_ticks;
	uint32_t user = UINT32_MAX;
	pid_t own = getpid();

	CHECK_EQ_I64(procinfo_open(&reader), 0);
	CHECK_EQ_I64(procinfo_read(reader, own, &info), 0);
	CHECK_EQ_I64(procinfo_read_brief(own, name, &start_ticks), 0);
	CHECK_EQ_STR(name, info.name);
	CHECK_EQ_U64(start_ticks, info.start_ticks);
	CHECK(procinfo_read_brief(INT32_MAX, name, &start_ticks) < 0);
	procinfo_each(reader, &own, 1, find_user, &user);
	CHECK_EQ_U64(user, geteuid());
	procinfo_close(reader);
}

static void what_is_known_of_pids_grows_is_found_and_is_forgotten(void)
{
	struct pidset set = { 0 };

	CHECK(!pidset_find(&set, 7));
	for (pid_t pid = 1; pid <= 5000; pid++)
		CHECK(pidset_add(&set, pid * 3, (uint64_t)pid, (uint64_t)pid % 2) != NULL);
	CHECK_EQ_U64(set.count, 5000);
	for (pid_t pid = 1; pid <= 5000; pid++) {
		CHECK(pidset_find(&set, pid * 3) != NULL);
		CHECK(!pidset_find(&set, pid * 3 + 1));
	}
	CHECK_EQ_U64(pidset_add(&set, 3, 99, 1)->start_ticks, 99);
	CHECK_EQ_U64(set.count, 5000);
	pidset_sweep(&set, 1);
	CHECK_EQ_U64(set.count, 2500);
	CHECK(!pidset_find(&set, 6));
	CHECK_EQ_U64(pidset_find(&set, 3)->start_ticks, 99);
	pidset_free(&set);
}

/* Else each walk after a storm would cost what the storm had. */
static void what_is_forgotten_of_pids_gives_its_room_back(void)
{
	struct pidset set = { 0 };
	size_t room;

	for (pid_t pid = 1; pid <= 50; pid++)
		pidset_add(&set, pid, 1, 2);
	room = set.room;
	for (pid_t pid = 51; pid <= 100000; pid++)
		pidset_add(&set, pid, 1, 1);
	CHECK(set.room >= 100000);
	pidset_sweep(&set, 2);
	CHECK_EQ_U64(set.count, 50);
	CHECK(set.room <= 4 * room);
	for (pid_t pid = 1; pid <= 50; pid++)
		CHECK(pidset_find(&set, pid) != NULL);
	pidset_free(&set);
	pidset_sweep(&set, 3);
	CHECK_EQ_U64(set.room, 0);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_process_with_one_thread_has_the_children_of_its_list),
	CHECK_TEST(files_that_are_kept_show_what_comes_later),
	CHECK_TEST(each_thread_has_children_of_its_own),
	CHECK_TEST(a_long_list_is_read_whole),
	CHECK_TEST(a_process_that_is_gone_and_a_kernel_without_lists_are_told_apart),
	CHECK_TEST(parents_are_known_without_lists_too),
	CHECK_TEST(a_brief_look_gives_what_a_long_one_does),
	CHECK_TEST(what_is_known_of_pids_grows_is_found_and_is_forgotten),
	CHECK_TEST(what_is_forgotten_of_pids_gives_its_room_back),
};

CHECK_MAIN(tests)
