/* SPDX-License-Identifier: BSD-2-Clause */
/* The path at work: reads packets from either device, decides, holds, writes them to the other. */
#ifndef TCPW_RELAY_RELAY_H
#define TCPW_RELAY_RELAY_H

#include "config.h"
#include "flow_table.h"
#include "lateness.h"
#include "record.h"
#include "spool.h"
#include "tun.h"

struct relay_counts {
	uint64_t udp[FATES]; /* datagrams, by fate: not in the ledger */
	uint64_t other;	     /* neither TCP nor UDP: in the ledger as such */
	uint64_t local;	     /* never leave a link (multicast, link-local): not carried */
	uint64_t malformed;  /* no IP packets */
	uint64_t answers;    /* ICMP messages that the path sent */
	uint64_t overrun;    /* packets that the relay could not hold or write */
	uint64_t unnumbered; /* segments of flows beyond FLOWS_MAX: carried, not in the ledger */
	uint64_t wakeups;
};

struct relay;

/* The devices, the spool and the configuration are used, not owned. 0, -ENOMEM, or -EDOM: see
 * plan.h. */
int relay__new(struct relay **r, const struct path_config *config, struct tun tun[DIRS],
	       struct spool *spool);

/*
 * Carry packets until a signal asks to stop; then what is on its way still arrives, at its time. 0
 * or -errno. Signals must be blocked but for the mask that the wait uses.
 */
int relay__run(struct relay *r);

const struct relay_counts *relay__counts(const struct relay *r);
const struct lateness *relay__lateness(const struct relay *r);
struct flow_table *relay__flows(struct relay *r);
uint64_t relay__forgotten(const struct relay *r); /* see transmissions.h */
void relay__free(struct relay *r);

#endif
