/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiled eBPF programs of each generation, behind one skeleton. */
#ifndef TCPW_PROBE_PROGRAMS_H
#define TCPW_PROBE_PROGRAMS_H

#include "generation.h"
#include "record.h" /* of which the skeleton speaks */

#include "probe/probe.skel.h"

/* Opened, to be configured and loaded; free with probe_bpf__destroy(). NULL and errno on failure. */
struct probe_bpf *programs__open(enum generation generation);

/* on_get_info of a loaded skeleton, attached; NULL and errno, EOPNOTSUPP if it sees no getsockopt(). */
struct bpf_link *programs__attach_get_info(struct probe_bpf *skel);

#endif
