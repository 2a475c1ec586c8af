/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the kernel's answers: which are samples of ours, which make a flow known. */
#ifndef TCPW_NETLINK_INTAKE_H
#define TCPW_NETLINK_INTAKE_H

#include "flows.h"
#include "sampler.h"

/* One namespace. */
struct watch {
	struct diag *diag;
	uint32_t netns;
	struct flows flows; /* in exact mode, and under --cgroup to attribute destroy messages */
};

struct intake {
	struct sampler_options options;
	struct decode_layout layout;
	struct timeline_writer *writer;
	struct watch *watch;   /* the one that is being asked */
	uint64_t asked_cookie; /* before an exact request */
	bool answered;	       /* after it: the flow is still there */
	int fatal;	       /* no memory, or the writer failed: ends the run */
	uint64_t flows_seen, malformed, unattributed;
	struct sample sample;
};

/* To be called with a struct intake: for answers to an exact request, to a dump of a tick, ... */
diag_message_fn intake__exact, intake__dump;
/* ... to a dump that looks for new flows, and for destroy messages. */
diag_message_fn intake__discovery, intake__destroy;

#endif
