#include "cli/gates/growth.h"

#include "base/clock.h"
#include "tests/check.h"

#define ROOT_PID 100
#define SINCE_NS 1000
#define MIB 1048576ULL

static struct growth_gate *gate;

static void start(double bytes_per_minute)
{
	const struct options options = { .fail_on_growth = bytes_per_minute };
	const struct session_info session = { .interval_ns = NS_PER_S };

	gate = growth_gate_new(&options, &session, ROOT_PID, SINCE_NS);
}

static void join(uint64_t t_ns, uint32_t line, uint32_t pid, uint32_t ppid)
{
	const struct record record = {
		.type = RECORD_PROCESS,
		.t_ns = t_ns,
		.process = { .line = line, .pid = pid, .ppid = ppid, .name = "w", .command = "" }
	};

	growth_gate_take(gate, &record);
}

/* A minute and a half in which @line grows so much each second. */
static void live(uint32_t line, uint64_t growth)
{
	for (uint64_t i = 0; i < 90; i++) {
		const struct sample sample = { .line = line, .rss = 50 * MIB + i * growth };
		const struct record record = { .type = RECORD_TICK,
					       .t_ns = 2 * SINCE_NS + i * NS_PER_S,
					       .tick = { .samples = &sample, .count = 1 } };

		growth_gate_take(gate, &record);
	}
}

static void end(uint32_t line)
{
	const struct record record = { .type = RECORD_END,
				       .t_ns = 2 * SINCE_NS + 90 * NS_PER_S,
				       .end = { .line = line } };

	growth_gate_take(gate, &record);
}

static bool fails(void)
{
	bool failed = growth_gate_judge(gate, 2 * SINCE_NS + 90 * NS_PER_S);

	growth_gate_free(gate);
	return failed;
}

static void growth_above_the_rate_fails_and_no_other(void)
{
	start(30 * MIB);
	join(SINCE_NS, 1, ROOT_PID, 1);
	live(1, MIB); /* 60 a minute */
	CHECK(fails());
	start(90 * MIB);
	join(SINCE_NS, 1, ROOT_PID, 1);
	live(1, MIB);
	CHECK(!fails());
	start(0);
	join(SINCE_NS, 1, ROOT_PID, 1);
	live(1, 0);
	CHECK(!fails());
}

static void what_the_command_started_counts_and_others_do_not(void)
{
	start(MIB);
	join(SINCE_NS, 1, ROOT_PID, 1);
	join(SINCE_NS, 2, 700, 1);
	live(1, 0);
	live(2, MIB);
	CHECK(!fails());
	start(MIB);
	join(SINCE_NS, 1, ROOT_PID, 1);
	join(SINCE_NS, 2, 101, ROOT_PID);
	end(1);
	end(2);
	join(SINCE_NS, 3, 102, 101); /* whose parents have ended */
	live(3, MIB);
	end(3);
	CHECK(fails());
}

static void an_earlier_life_of_the_pid_does_not_count(void)
{
	start(MIB);
	join(SINCE_NS - 1, 1, ROOT_PID, 1);
	live(1, MIB);
	end(1);
	join(SINCE_NS, 2, ROOT_PID, 1);
	live(2, 0);
	CHECK(!fails());
}

static void those_that_end_make_room_for_others(void)
{
	start(MIB);
	for (uint32_t line = 1; line <= 2000; line++) {
		join(SINCE_NS, line, line == 1 ? ROOT_PID : 5000 + line, ROOT_PID);
		if (line % 500 == 7)
			live(line, MIB);
		if (line % 3)
			end(line);
	}
	CHECK(fails());
}

static const struct check_test tests[] = {
	CHECK_TEST(growth_above_the_rate_fails_and_no_other),
	CHECK_TEST(what_the_command_started_counts_and_others_do_not),
	CHECK_TEST(an_earlier_life_of_the_pid_does_not_count),
	CHECK_TEST(those_that_end_make_room_for_others),
};

CHECK_MAIN(tests)
