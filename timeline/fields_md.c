// SPDX-License-Identifier: BSD-2-Clause
/* Prints docs/fields.md from the catalogue. `make docs` calls it. */
#include <stdio.h>
#include <string.h>

#include "catalogue.h"

static const char *const rtt_names[] = { [RTT_QUIET] = "", [RTT_FRESH] = "fresh", [RTT_STALE] = "stale" };

static void print_position(const struct field_info *info)
{
	if (info->width)
		printf("%u bits %u–%u", info->offset, info->lsb, info->lsb + info->width - 1);
	else
		printf("%u", info->offset);
}

static void print_note(const struct field_info *info)
{
	if (info->all_ones == ALL_ONES_UNLIMITED)
		fputs("; all ones is `\"unlimited\"`", stdout);
	else if (info->all_ones == ALL_ONES_UNSET)
		fputs("; `null` until something was measured", stdout);
}

static void print_group(enum field_group group, const char *title, const char *text)
{
	bool offset = group == GROUP_TCP_INFO || group == GROUP_CC || group == GROUP_ATTR;
	bool rtt = group == GROUP_TCP_INFO || group == GROUP_CC, since = group == GROUP_TCP_INFO;

	printf("\n## %s\n\n%s\n\n| field | type | unit | kind |%s%s%s meaning |\n|---|---|---|---|%s%s%s---|\n",
	       title, text, offset ? " offset |" : "", since ? " since |" : "",
	       rtt ? " RTT callback |" : "", offset ? "---|" : "", since ? "---|" : "",
	       rtt ? "---|" : "");
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *info = &catalogue[f];

		if (info->group != group)
			continue;
		printf("| `%s` | %s | %s | %s | ", info->name, info->type, info->unit,
		       field_kind__name(info->kind));
		if (offset) {
			print_position(info);
			fputs(" | ", stdout);
		}
		if (since)
			printf("%s | ", info->since);
		if (rtt)
			printf("%s | ", rtt_names[info->rtt]);
		fputs(info->doc, stdout);
		print_note(info);
		puts(" |");
	}
}

int main(void)
{
	puts("# Fields\n\n"
	     "Generated from `timeline/catalogue.def` by `make docs`: do not edit here.\n\n"
	     "A field that the running kernel does not have is absent from a timeline, never 0; which kernel and\n"
	     "witness has which is in [field-matrix.md](field-matrix.md). Kinds:\n"
	     "*constant*, *counter* (monotone modulo its type's width), *gauge*, *age* (time since an\n"
	     "event), *duration* (a growing clock in steps of a jiffy), *rate*, *enum*, *flags*,\n"
	     "*sequence* (32-bit TCP sequence number or tick).");
	print_group(GROUP_TCP_INFO, "struct tcp_info",
		    "Reported by the probe (read from `tcp_sock`), by netlink (`INET_DIAG_INFO`) and at each\n"
		    "mark by the kernel itself. *Since*: the kernel whose `struct tcp_info` first had the\n"
		    "field (base: before 3.15). *RTT callback*: inside the sock_ops RTT callback, which runs in\n"
		    "the middle of ACK processing, the field is already updated by the ACK at hand (fresh), is\n"
		    "still the previous one's (stale), or is not driven by ACKs. In 7.0 `accecn_opt_seen` and\n"
		    "`accecn_fail_mode` moved to bits 2–3 and 4–7 of the byte at 276.");
	print_group(GROUP_SOCK, "tcp_sock",
		    "Members outside `struct tcp_info`, reported by the probe alone.");
	print_group(GROUP_CALL, "Callback arguments", "Reported by the probe with the events they belong to.");
	print_group(GROUP_CC, "Congestion control",
		    "What a congestion control publishes of itself: netlink reports it from the attribute that\n"
		    "its `get_info()` fills (`INET_DIAG_BBRINFO`, `INET_DIAG_DCTCPINFO`, `INET_DIAG_VEGASINFO`), the\n"
		    "probe from its state in `icsk_ca_priv`. Only a socket that uses it has these fields, and the\n"
		    "probe only where the kernel's BTF has the type of that state: of a module, if the module was\n"
		    "loaded when the probe started (and the kernel has BTF of modules, 5.11).");
	print_group(GROUP_ATTR, "inet_diag",
		    "Reported by netlink: from `struct inet_diag_msg` and from attributes. The names\n"
		    "`cong` (congestion control) and `ulp` (upper layer protocol) are strings beside them.");
	return 0;
}
