/*
 * A socket to the kernel (netlink(7)) that tells of all that happens on the machine.
 */
#ifndef PROC_NETLINK_H
#define PROC_NETLINK_H

#include <stdint.h>

/* Bound, close-on-exec, non-blocking, with room for what is told while nobody reads; @groups as
 * bind has them. A descriptor or a negative errno. */
int netlink_open(int type, int protocol, uint32_t groups);

#endif
