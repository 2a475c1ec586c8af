// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The eBPF witness for kernels before 5.12, and for processors whose JIT lacks atomic operations
 * that return values: the kernel's ring buffer takes the records.
 */
#define GENERATION_CHOSEN
#include "probe/probe.bpf.c"
