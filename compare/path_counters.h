/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket's counters against what the path saw enter from it and delivered to it. */
#ifndef TCPW_COMPARE_PATH_COUNTERS_H
#define TCPW_COMPARE_PATH_COUNTERS_H

#include "check.h"
#include "finding.h"
#include "path_ledger.h"

enum path_counter {
	SENT_SEGS,
	SENT_DATA_SEGS,
	SENT_BYTES,
	SENT_BYTES_RETRANS,
	SENT_RETRANS,
	GOT_SEGS,
	GOT_DATA_SEGS,
	GOT_BYTES,
	GOT_ACKED,
	GOT_GAPS,
	GOT_DSACKS,
	GOT_CE,
	GOT_ECHOES,
	PATH_COUNTERS
};
#define GOT_FIRST GOT_SEGS

enum field path_counter__field(enum path_counter c);

/* What a socket has said and what can be judged only later. */
struct path_account {
	uint64_t asked_ns;		/* the latest sample of the probe */
	uint64_t segs_in, data_segs_in; /* at that */
	bool asked, closed;
	uint64_t pure_at_close; /* packets without data, SYN and FIN that had been read by then */
	uint64_t least[PATH_COUNTERS];		 /* at the close, of what was received */
	uint64_t last[WITNESSES][PATH_COUNTERS]; /* last words */
	uint32_t has[WITNESSES];
	uint64_t last_ns[WITNESSES];
};

struct path_counters {
	struct finding running[PATH_COUNTERS], final[PATH_COUNTERS];
	uint64_t premature[PATH_COUNTERS]; /* of running: counted before it had been written */
	uint64_t too_many;		   /* of final: counted though it never had */
};

/* What is compared: a socket, by the flow of the verdict, and its end of the path. */
struct path_socket {
	const struct path_ledger *ledger;
	const struct path_end *end;
	struct path_account *account;
	unsigned int flow;
	bool active; /* it connected */
};

/* A sample begins to hold; the account has been replayed up to then. */
void path_counters__begin(struct path_counters *c, const struct path_socket *s,
			  const struct window *w);
/* And ceases to; likewise. */
void path_counters__end(struct path_counters *c, const struct path_socket *s,
			const struct window *w);
/* Nothing more will come: compare the last words. */
void path_counters__finish(struct path_counters *c, const struct path_socket *s);

#endif
