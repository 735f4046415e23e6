#include "proc/stat.h"
#include "wire/pidns.h"

#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_name_of_parentheses_and_spaces_hides_no_field(void)
{
	struct proc_stat stat;

	prctl(PR_SET_NAME, "a) S 1 (b) Z 2");
	if (!CHECK(proc_stat_read(getpid(), &stat) == 0))
		return;
	CHECK_EQ_STR(stat.name, "a) S 1 (b) Z 2");
	CHECK(stat.fields[0] == 'R');
	CHECK_EQ_U64(proc_stat_field(&stat, STAT_STATE + 1), (uint64_t)getppid());
	CHECK_EQ_U64(proc_stat_field(&stat, STAT_START), pidns_own_start());
	CHECK_EQ_U64(proc_stat_start(getpid()), pidns_own_start());
	CHECK_EQ_U64(proc_stat_field(&stat, 1000), 0);
}

static void a_zombie_has_its_exit_code(void)
{
	struct proc_stat stat;
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(7);
	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	if (CHECK(proc_stat_read(pid, &stat) == 0)) {
		CHECK(stat.fields[0] == 'Z');
		CHECK_EQ_U64(proc_stat_field(&stat, STAT_EXIT_CODE), 7 << 8);
	}
	waitpid(pid, NULL, 0);
	CHECK(proc_stat_read(pid, &stat) == -ENOENT);
	CHECK_EQ_U64(proc_stat_start(pid), 0);
}

static void a_file_is_cut_to_where_it_is_put(void)
{
	char all[4096], some[8];
	ssize_t size = proc_read(getpid(), "status", all, sizeof all);

	CHECK(size > 8 && all[size] == '\0');
	CHECK_EQ_I64(proc_read(getpid(), "status", some, sizeof some), 7);
	CHECK(memcmp(some, all, 7) == 0 && some[7] == '\0');
	CHECK_EQ_I64(proc_read(getpid(), "no such file", some, sizeof some), -ENOENT);
	CHECK_EQ_STR(some, "");
}

static const struct check_test tests[] = {
	CHECK_TEST(a_name_of_parentheses_and_spaces_hides_no_field),
	CHECK_TEST(a_zombie_has_its_exit_code),
	CHECK_TEST(a_file_is_cut_to_where_it_is_put),
};

CHECK_MAIN(tests)
