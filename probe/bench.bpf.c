// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What a callback costs when its program does nothing: the yardstick of the benchmark. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("sockops")
int on_nothing(struct bpf_sock_ops *ctx)
{
	return 1;
}
