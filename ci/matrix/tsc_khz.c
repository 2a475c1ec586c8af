// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints the rate of this processor's time stamp counter in kHz, for ci/matrix/lib/boot.sh.
 *
 * An emulated processor hands the host's counter to its guest (qemu: cpu_get_host_ticks()). A guest
 * that is left to find its rate by itself, against emulated timers, errs where the host is loaded:
 * native_calibrate_cpu_early() takes the PIT's word even where the HPET contradicts it ("PIT
 * calibration deviates from HPET: 461194 2297464" was seen), and tsc_refine_calibration_work() refuses
 * to correct more than 1%. Such a guest's clock runs five times too fast, deadlines included.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <x86intrin.h>

#define READINGS 64
#define SPAN_NS	 200000000

struct reading {
	uint64_t ticks, ns;
};

/* The reading that was least interrupted: the clock between two readings of the counter. */
static struct reading read_both(void)
{
	uint64_t least = UINT64_MAX;
	struct reading best = { 0 };

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = __rdtsc(), after;
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ticks = before + (after - before) / 2;
		best.ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	}
	return best;
}

int main(void)
{
	const struct timespec span = { .tv_nsec = SPAN_NS };
	struct reading from = read_both(), to;

	nanosleep(&span, NULL); /* shorter by a signal or longer by load: both ends are read */
	to = read_both();
	if (to.ns - from.ns < SPAN_NS / 2 || to.ticks <= from.ticks) {
		fputs("tsc_khz: this processor's time stamp counter does not run\n", stderr);
		return 3;
	}
	printf("%llu\n", (unsigned long long)((to.ticks - from.ticks) * 1000000 / (to.ns - from.ns)));
	return 0;
}
