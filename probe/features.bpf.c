// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Asks the running kernel what it has before the real programs are loaded: the fields that exist
 * (from the same catalogue lines that extract them) and its HZ. Run once by BPF_PROG_TEST_RUN.
 */
#include "probe/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "timeline/catalogue.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_HZ __kconfig __weak; /* 0 where the kernel's configuration is not readable */

__u8 have_field[FIELD_COUNT];
__u32 have_layout_7_0;
__u64 jiffies64;
__u64 time_ns;
__u32 hz;
__u32 kernel_version;

SEC("socket")
int ask(void *ctx)
{
	const struct tcp_sock *tp = 0;
	const struct vegas *vegas = 0;
	const struct dctcp *dctcp = 0;
	const struct bbr *bbr = 0;

#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc)                \
	have_field[FIELD_##name] = !!(have);
#define SOCK(name, type, unit, kind, have, expr, doc) have_field[FIELD_##name] = !!(have);
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)               \
	have_field[FIELD_##name] = !!(have);
#include "timeline/catalogue.def"
	have_layout_7_0 = bpf_core_field_exists(struct tcp_info, tcpi_ecn_mode);
	jiffies64 = bpf_jiffies64();
	time_ns = bpf_ktime_get_ns();
	hz = CONFIG_HZ;
	kernel_version = LINUX_KERNEL_VERSION;
	return 0;
}
