// SPDX-License-Identifier: BSD-2-Clause
/* Wrong units: does a field differ from the probe's by one and the same factor, and by which? */
#include "units.h"

#include <stddef.h>
#include <string.h>

/* Those of one due unit in the order in which they are preferred; at most UNIT_CANDIDATES. */
static const struct candidate {
	const char *due;
	double factor; /* what is told = factor * what is due */
	enum { PLAIN, TIMES_MSS, PER_MSS, TIMES_HZ } by;
	const char *says;
} candidates[] = {
	{ "us", 1e-3, PLAIN, "ms where us is due" },
	{ "us", 1e3, PLAIN, "ns where us is due" },
	{ "us", 1e-6, PLAIN, "s where us is due" },
	{ "us", 8, PLAIN, "eighths of us where us is due (srtt_us is kept times 8)" },
	{ "us", 4, PLAIN, "quarters of us where us is due (mdev_us is kept times 4)" },
	{ "us", 1e-6, TIMES_HZ, "jiffies where us is due" },
	{ "ms", 1e3, PLAIN, "us where ms is due" },
	{ "ms", 1e6, PLAIN, "ns where ms is due" },
	{ "ms", 1e-3, PLAIN, "s where ms is due" },
	{ "ms", 1e-3, TIMES_HZ, "jiffies where ms is due" },
	{ "bytes", 8, PLAIN, "bits where bytes is due" },
	{ "bytes", 1, PER_MSS, "segments where bytes is due" },
	{ "bytes", 1e-3, PLAIN, "kilobytes where bytes is due" },
	{ "bytes", 1e-6, PLAIN, "megabytes where bytes is due" },
	{ "bytes", 1.0 / 1024, PLAIN, "KiB where bytes is due" },
	{ "bytes/s", 8, PLAIN, "bits/s where bytes/s is due" },
	{ "bytes/s", 8e-3, PLAIN, "kbit/s where bytes/s is due" },
	{ "bytes/s", 8e-6, PLAIN, "Mbit/s where bytes/s is due" },
	{ "bytes/s", 1e-3, PLAIN, "kilobytes/s where bytes/s is due" },
	{ "bytes/s", 1e-6, PLAIN, "megabytes/s where bytes/s is due" },
	{ "segments", 1, TIMES_MSS, "bytes where segments is due" },
};

/* Number k of those for the unit of f, or NULL. */
static const struct candidate *candidate(enum field f, unsigned int k)
{
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (!strcmp(candidates[i].due, catalogue[f].unit) && !k--)
			return &candidates[i];
	return NULL;
}

static double factor(const struct candidate *c, const struct unit_scale *scale)
{
	switch (c->by) {
	case TIMES_MSS:
		return c->factor * scale->mss;
	case PER_MSS:
		return scale->mss ? c->factor / scale->mss : 0;
	case TIMES_HZ:
		return c->factor * scale->hz;
	case PLAIN:
		break;
	}
	return c->factor;
}

void units__vote(struct unit_votes *votes, enum field f, uint64_t value, uint64_t min, uint64_t max,
		 const struct unit_scale *scale)
{
	const struct candidate *c;

	/* 0 is the same in all units, and all ones is a word, not a number */
	if (!value || !min || max == field_all_ones(f) || value == field_all_ones(f))
		return;
	votes->tried++;
	votes->as_due += value >= min && value <= max;
	for (unsigned int k = 0; k < UNIT_CANDIDATES && (c = candidate(f, k)); k++) {
		double by = factor(c, scale);

		/* less than one unit on either side is cutting or rounding */
		votes->as[k] += by > 0 && value > by * min - 1 && value < by * max + 1;
	}
}

const char *units__guess(const struct unit_votes *votes, enum field f)
{
	unsigned int best = 0;

	for (unsigned int k = 1; k < UNIT_CANDIDATES; k++)
		if (votes->as[k] > votes->as[best])
			best = k;
	if (!votes->as[best] || votes->as[best] * 10 < votes->tried * 9 ||
	    votes->as_due * 2 >= votes->tried)
		return NULL;
	return candidate(f, best)->says;
}
