/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Foreign timelines, value by value, against what the probe saw before, in and behind each sample.
 *
 * A foreign sample N holds at some instant of its window [a, b]. The probe's samples E of its flow
 * are e0, the last at u <= a, and those after it up to ek, the first at u >= b.
 *
 * - Counters and clocks only grow: E(e0) <= N <= E(ek). check_bracketing.c proves it per field; the
 *   clocks (chrono_stat of tcp_sock, in jiffies) grow under the same lock. total_rto_time steps
 * back where a recovery is cut short by the next (check_clocks.c): outside of the bracket it is
 * counted as moved if total_rto_recoveries is more at ek than at e0.
 * - A gauge that ACKs drive has one of the values that e0 ... ek show, if the probe saw every
 *   segment. `segment` samples are taken before their segment is processed, under the lock that
 *   covers the processing: what a reader under the lock saw until e1 is what e1 shows; e0's own
 *   value was gone when its lock was released. A foreign collector that takes no lock (an RTT
 *   callback in the middle of tcp_ack(), anything that is not netlink's "sample") may also have
 *   seen e0's.
 * - Completeness is proven by the chain of acknowledgement numbers (snd_una of each is what the one
 *   before and its segment made of it), and by segs_in, which counts what the program should have
 *   seen. Segments behind ESTABLISHED are processed by tcp_rcv_state_process(), which has no
 *   tracepoint. Windows without proof are counted as unproven.
 * - Between two segments a gauge can still move twice: by a timer (tcp_write_timer(), seen in
 *   retransmits, backoff, probes and the counters of retransmission), and by sending: from an empty
 *   pipe (tcp_event_data_sent(): tcp_cwnd_restart(), CA_EVENT_TX_START) or with less than the
 *   window in flight (tcp_cwnd_application_limited()). Where that happened and the value was not
 *   shown, it is counted as moved.
 * - tcp_get_info() reads snd_cwnd, reordering, pacing_rate and state before it takes the lock,
 *   possibly while a segment is being processed. A value that was not shown proves nothing if there
 *   was a segment in the window, or so shortly before that it may still have been at work.
 * - An age counts from an event that only moves forward. In ticks, as check_clocks.c has it: the
 *   tick at which N was read lies between the jiffies of e0 and ek, which their samples hold.
 */
#ifndef TCPW_COMPARE_FOREIGN_CLAIM_H
#define TCPW_COMPARE_FOREIGN_CLAIM_H

#include "counters.h"
#include "foreign_tally.h"

enum { PROOF_BROKEN = 1, MOVED_BY_TIMER = 2, MOVED_BY_SENDING = 4, SEGMENT_INSIDE = 8 };

/* One value of a foreign sample. */
struct claim {
	enum field field;
	enum manner manner;
	uint64_t value, low, high; /* as printed; what it may have been before rounding */
	bool have_floor, have_ceiling, shown;
	uint64_t floor, ceiling; /* the probe's at e0 and ek */
	/* ages: jiffies there; total_rto_time: total_rto_recoveries there */
	uint32_t floor_stamp, ceiling_stamp;
	uint64_t min, max; /* of e0 ... ek */
	uint64_t nearest;  /* of those, to value */
};

struct waiting {
	struct waiting *next;
	unsigned int which, flags;
	uint64_t t0_ns, t1_ns;
	struct flow ident;	    /* as long as its flow is not known */
	bool strict;		    /* read under the lock */
	bool at_work;		    /* e0's segment may still have been at work at t0_ns */
	uint64_t segs_in, segments; /* at e0, and segment samples since */
	unsigned int count;
	struct claim claim[];
};

/* What is known of a flow: the probe's last word, and who waits for the next. */
struct watch {
	bool settled;
	enum sample_event event; /* of the last settled sample */
	uint64_t at_ns;
	uint32_t recoveries; /* total_rto_recoveries, where total_rto_time was told last */
	struct field_set have;
	uint64_t value[FIELD_COUNT];
	struct waiting *waiting;
	struct {
		uint64_t t0_ns;
		struct frontier last;
	} * own[FOREIGN_MAX]; /* the foreign witnesses' own last counters */
};

/* What a claim is judged with besides. */
struct claim_context {
	unsigned int flow;
	struct unit_scale scale;
};

/* e0, which watch keeps. strict: read under the lock. */
void claim__set_floor(struct claim *c, const struct watch *watch, bool strict);

/*
 * A sample of the probe since. settled: not in the middle of an ACK. behind: not before the
 * window's end.
 */
void claim__show(struct claim *c, const struct sample *s, bool settled, bool behind);

/* All is known. */
void claim__close(const struct claim *c, const struct waiting *w, struct field_tally *t,
		  const struct claim_context *context);

/* What the step from the watch's last settled sample to s tells: a set of the flags above. */
unsigned int watch__weigh_step(const struct watch *w, const struct sample *s);

/* s has f, and its value is not ahead of itself: counters.c on `delivered`, check_clocks.c on
 * total_rto_time. */
bool sample__may_speak(const struct sample *s, enum field f);

#endif
