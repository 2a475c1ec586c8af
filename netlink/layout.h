/* SPDX-License-Identifier: BSD-2-Clause */
/* What the running kernel can tell, found by asking it about one socket of our own. */
#ifndef TCPW_NETLINK_LAYOUT_H
#define TCPW_NETLINK_LAYOUT_H

#include <stdbool.h>

#include "decode.h"
#include "socket.h"

struct kernel_layout {
	struct decode_layout decode;
	struct field_set fields; /* all that samples of this kernel may carry */
	uint16_t tcp_info_len;	 /* of the INFO attribute */
	bool ambiguous;		 /* 280 bytes and no BTF: the last four are left out */
};

/* What the kernel's type information says of struct tcp_info. */
enum btf_answer { BTF_ABSENT, BTF_WITHOUT_ECN_MODE, BTF_WITH_ECN_MODE };

/* Which layout an INFO of len bytes has; answer is looked at only when the length cannot tell. */
void layout__choose(struct kernel_layout *l, uint16_t len, enum btf_answer answer);

/*
 * Look up a listening socket of our own in the current namespace through d. 0 or -errno:
 * -ENOENT	the kernel does not find a socket that exists: it has no tcp_diag
 */
int layout__probe(struct kernel_layout *l, struct diag *d);

#endif
