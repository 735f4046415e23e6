/*
 * run --fail-on-growth: the processes of the command, judged at the end by what was seen of them,
 * as a report would judge them. The memory that it takes is bounded by how many live at one time,
 * and a number a process that ever was.
 */
#ifndef CLI_GATES_GROWTH_H
#define CLI_GATES_GROWTH_H

#include "cli/options.h"
#include "wire/message.h"

struct growth_gate;

enum growth_outcome {
	GROWTH_ALLOWED = 0,
	GROWTH_TOO_FAST,     /* a process, or all together: said in one line */
	GROWTH_TOO_SHORT,    /* nobody lived long enough to tell */
	GROWTH_LACKS_MEMORY, /* a part of what was seen grows no faster than is allowed */
};

/* For the command that was launched as @root, and what it starts; its records are later than
 * @since_ns. NULL: no memory, after a message. */
struct growth_gate *growth_gate_new(const struct options *options,
				    const struct session_info *session, uint32_t root,
				    uint64_t since_ns);
void growth_gate_free(struct growth_gate *gate);

/* Records in their order; others' are passed over. */
void growth_gate_take(struct growth_gate *gate, const struct record *record);

/* At the end, @now_ns. */
enum growth_outcome growth_gate_judge(struct growth_gate *gate, uint64_t now_ns);

#define GROWTH_WORDS 768

/* The same in words for a summary, whatever was asked for; to @text, which is returned. */
char *growth_gate_words(struct growth_gate *gate, uint64_t now_ns, char text[GROWTH_WORDS]);

#endif
