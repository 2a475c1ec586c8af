/* SPDX-License-Identifier: BSD-2-Clause */
/* The benchmark's own traffic: TCP over loopback in processes, a cgroup and a namespace of its own. */
#ifndef TCPW_PROBE_TRAFFIC_H
#define TCPW_PROBE_TRAFFIC_H

#include <sys/types.h>

enum workload {
	WORKLOAD_PINGPONG, /* 100 bytes to and fro on 16 connections: callbacks follow each other */
	WORKLOAD_BULK,     /* 64 KB writes on 16 connections: copies in between empty the caches */
	WORKLOAD_COUNT
};

const char *workload__name(enum workload workload);

/*
 * Start a process group in the cgroup v2 directory and in a new network namespace; returns when
 * it is connected, and stopped. It ends with the caller, if not earlier by traffic__end(). 0 or
 * -errno.
 */
int traffic__start(pid_t *group, enum workload workload, const char *cgroup);

void traffic__go(pid_t group);
void traffic__stop(pid_t group);
void traffic__end(pid_t group); /* <= 0 is allowed */

#endif
