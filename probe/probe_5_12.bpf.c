// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The eBPF witness for kernels 5.12 to 6.8: loads are guarded, the rest is the same. */
#define GENERATION_CHOSEN
#define ATOMIC_RESULTS
#include "probe/probe.bpf.c"
