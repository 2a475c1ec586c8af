// SPDX-License-Identifier: BSD-2-Clause
/* What chance decides: the same for any segmentation, another for another seed, in the right
 * shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <sys/socket.h>

#include "scenarios/relay/chooser.h"

#define BYTES  (40u * 1000 * 1000)
#define BLOCKS (BYTES / PLAN_BLOCK)
/* A fixed seed either lies within bounds that a right plan misses once in a million seeds, or not.
 */
#define RARE   1e-6

/* The set of loss points that a sender of some segment sizes meets, and what it was told. */
struct journey {
	struct chooser chooser;
	struct half half;
	uint32_t flow;
	uint8_t *lost; /* by block */
	unsigned int losses, packets, lost_packets;
};

static void begin(struct journey *j, const struct path_config *config, uint32_t flow)
{
	*j = (struct journey){ .flow = flow, .chooser = { .dirs = 1u << DIR_C2S } };
	assert_int_equal(plan__init(&j->chooser.plan, config), 0);
	assert_int_equal(transmissions__new(&j->chooser.again, 1024), 0);
	j->lost = calloc(BLOCKS + 1, 1);
	assert_non_null(j->lost);
}

static void end(struct journey *j)
{
	transmissions__free(j->chooser.again);
	free(j->lost);
}

static uint8_t carry(struct journey *j, uint32_t seq, uint16_t len, uint8_t flags, struct record *r)
{
	struct packet p = {
		.family = AF_INET, .tcp = true, .seq = seq, .len = len, .flags = flags
	};

	*r = (struct record){ .dir = DIR_C2S, .flow = j->flow };
	return chooser__segment(&j->chooser, &j->half, &p, r);
}

/* Send BYTES once, in segments whose sizes come from size(); isn: the sequence number of the SYN.
 */
static void send_all(struct journey *j, uint32_t isn, uint16_t (*size)(uint32_t n))
{
	struct record r;
	uint32_t at = 0;

	carry(j, isn, 0, FLAG_SYN, &r);
	while (at < BYTES) {
		uint16_t len = size(j->packets);

		if (len > BYTES - at)
			len = (uint16_t)(BYTES - at);
		if (carry(j, isn + 1 + at, len, FLAG_ACK, &r) & 1u << CHANCE_LOSS) {
			j->lost_packets++;
			assert_true(r.points > 0);
			for (unsigned int i = 0; i < r.points; i++) {
				uint64_t point = r.at + r.further[i];

				assert_int_equal(r.nth[i], 1);
				assert_true(point >= at && point < at + len);
				j->lost[point / PLAN_BLOCK] = 1;
				j->losses++;
			}
		}
		j->packets++;
		at += len;
	}
}

static uint16_t full(uint32_t n)
{
	return 1448;
}

static uint16_t after_a_cookie(uint32_t n)
{
	return n ? 1448 : 37;
}

static uint16_t ipv6(uint32_t n)
{
	return 1428;
}

static uint16_t no_timestamps(uint32_t n)
{
	return 1460;
}

static uint16_t mixed(uint32_t n)
{
	return (uint16_t)(1 + n * 7919 % 1448);
}

static void another_segmentation_meets_the_same_loss_points(void **state)
{
	static const struct {
		const char *what;
		double burst;
		uint32_t isn;
		uint16_t (*size)(uint32_t n);
	} cases[] = {
		{ "a short first write shifts the rest", 0, 7, after_a_cookie },
		{ "smaller segments", 0, 7, ipv6 },
		{ "larger segments than blocks", 0, 7, no_timestamps },
		{ "all sizes", 0, 7, mixed },
		{ "sequence numbers wrap", 0, UINT32_MAX - 1000000, full },
		{ "in bursts", 8, UINT32_MAX, mixed },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path_config config = { .seed = 3,
					      .loss_percent = 2,
					      .loss_burst = cases[i].burst };
		struct journey a, b;

		begin(&a, &config, 1);
		begin(&b, &config, 1);
		send_all(&a, 1000, full);
		send_all(&b, cases[i].isn, cases[i].size);
		if (a.losses < 100 || a.losses != b.losses || memcmp(a.lost, b.lost, BLOCKS + 1))
			fail_msg("%s: %u and %u losses", cases[i].what, a.losses, b.losses);
		end(&a);
		end(&b);
	}
}

static void another_seed_or_flow_meets_others(void **state)
{
	struct path_config config = { .seed = 1, .loss_percent = 1 };
	struct journey a, b, c;
	unsigned int with_b = 0, with_c = 0;

	begin(&a, &config, 0);
	begin(&c, &config, 1);
	config.seed = 2;
	begin(&b, &config, 0);
	send_all(&a, 0, full);
	send_all(&b, 0, full);
	send_all(&c, 0, full);
	for (unsigned int i = 0; i <= BLOCKS; i++) {
		with_b += a.lost[i] & b.lost[i];
		with_c += a.lost[i] & c.lost[i];
	}
	/* What independent sets share: a hundredth */
	assert_true(a.losses > 200 && with_b < a.losses / 10 && with_c < a.losses / 10);
	end(&a);
	end(&b);
	end(&c);
}

/* P(X >= k), X binomial of n draws of p */
static double at_least(unsigned int k, unsigned int n, double p)
{
	double sum = 0;

	for (unsigned int i = k; i <= n; i++)
		sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
			   (n - i) * log1p(-p));
	return sum;
}

static void assert_binomial(const char *what, unsigned int k, unsigned int n, double p)
{
	double above = at_least(k, n, p), below = 1 - at_least(k + 1, n, p);

	if (above < RARE || below < RARE)
		fail_msg("%s: %u of %u, share %g: P(>=) %g, P(<=) %g", what, k, n, p, above, below);
}

static void shares_are_those_asked_for(void **state)
{
	static const double percents[] = { 0.1, 1, 5, 30 };

	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		struct path_config config = { .seed = 11,
					      .loss_percent = percents[i],
					      .reorder_percent = percents[i],
					      .duplicate_percent = percents[i],
					      .mark_percent = percents[i] };
		unsigned int count[CHANCES] = { 0 }, both = 0, n = 20000;
		struct plan plan;

		assert_int_equal(plan__init(&plan, &config), 0);
		for (uint64_t index = 0; index < n; index++) {
			struct occasion o = { .flow = 2, .index = index, .nth = 1 };
			bool decided[CHANCES];

			for (enum chance c = 0; c < CHANCES; c++) {
				decided[c] = plan__decides(&plan, c, &o);
				count[c] += decided[c];
			}
			both += decided[CHANCE_REORDER] && decided[CHANCE_DUPLICATE];
		}
		assert_binomial("loss", count[CHANCE_LOSS], n, percents[i] / 100);
		assert_binomial("reorder", count[CHANCE_REORDER], n, percents[i] / 100);
		assert_binomial("duplicate", count[CHANCE_DUPLICATE], n, percents[i] / 100);
		assert_binomial("mark", count[CHANCE_MARK], n, percents[i] / 100);
		assert_binomial("two at once", both, n, percents[i] * percents[i] / 10000);
	}
}

static void points_lie_anywhere_in_their_blocks(void **state)
{
	unsigned int quarter[4] = { 0 }, n = 20000;
	struct plan plan = { .seed = 5 };

	for (uint64_t block = 0; block < n; block++) {
		uint32_t point = plan__point(&plan, DIR_C2S, 0, block);

		assert_true(point < PLAN_BLOCK);
		quarter[point / (PLAN_BLOCK / 4)]++;
	}
	for (unsigned int i = 0; i < 4; i++)
		assert_binomial("quarter", quarter[i], n, 0.25);
}

static void all_or_nothing(void **state)
{
	struct path_config config = { .seed = 1, .loss_percent = 100 };
	struct plan plan;

	assert_int_equal(plan__init(&plan, &config), 0);
	for (uint64_t i = 0; i < 10000; i++) {
		struct occasion o = { .index = i, .nth = 1 };

		assert_true(plan__decides(&plan, CHANCE_LOSS, &o));
		assert_false(plan__decides(&plan, CHANCE_MARK, &o));
	}
}

/*
 * Given the number of bursts, the number of losses in them is a sum of geometric lengths: l or
 * fewer of them need at least as many ends among l draws of 1 / mean.
 */
static void bursts_have_the_length_asked_for(void **state)
{
	static const struct {
		double percent, burst;
	} cases[] = { { 1, 2 }, { 1, 5 }, { 2, 20 }, { 30, 3 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path_config config = { .seed = 21,
					      .loss_percent = cases[i].percent,
					      .loss_burst = cases[i].burst };
		unsigned int losses = 0, bursts = 0, starts = 0, n = 200000;
		struct plan plan;
		bool before = true;

		assert_int_equal(plan__init(&plan, &config), 0);
		for (uint64_t index = 0; index < n; index++) {
			struct occasion o = { .index = index, .nth = 1 };
			bool lost = plan__decides(&plan, CHANCE_LOSS, &o);

			losses += lost;
			bursts += lost && !before;
			starts += !before;
			before = lost;
		}
		/* The first and the last burst may be cut: they count as losses, which moves
		 * nothing here. */
		assert_true(bursts > 50);
		assert_binomial("lengths", bursts, losses, 1 / cases[i].burst);
		/* and how often they begin, out of the good state */
		assert_binomial("beginnings", bursts, starts, plan.enter);
	}
}

static void bursts_cannot_be_shorter_than_by_chance(void **state)
{
	struct path_config config = { .loss_percent = 50, .loss_burst = 1.9 };
	struct plan plan;

	assert_int_not_equal(plan__init(&plan, &config), 0);
	config.loss_burst = 2;
	assert_int_equal(plan__init(&plan, &config), 0);
	config.loss_burst = 1; /* none */
	assert_int_equal(plan__init(&plan, &config), 0);
}

static void repeated_bytes_have_the_fate_of_their_next_transmission(void **state)
{
	struct path_config config = { .seed = 4, .loss_percent = 50 };
	struct journey j;
	unsigned int met = 0;
	struct record r;

	begin(&j, &config, 0);
	carry(&j, 99, 0, FLAG_SYN, &r);
	for (uint32_t block = 0; block < 64; block++)
		for (uint32_t nth = 1; nth <= 4; nth++) {
			struct occasion o = { .strand = STRAND_DATA, .index = block, .nth = nth };
			bool lost = plan__decides(&j.chooser.plan, CHANCE_LOSS, &o);
			uint8_t got = carry(&j, 100 + block * PLAN_BLOCK, PLAN_BLOCK, FLAG_ACK, &r);

			assert_int_equal(got & 1u << CHANCE_LOSS, lost ? 1u << CHANCE_LOSS : 0);
			if (lost) {
				assert_int_equal(r.points, 1);
				assert_int_equal(r.nth[0], nth);
				met |= 1u << nth;
			}
		}
	assert_int_equal(met, 0x1e);
	end(&j);
}

static void what_has_no_bytes_counts_by_itself(void **state)
{
	struct path_config config = { .seed = 4, .loss_percent = 50 };
	struct journey j;
	struct record r;

	begin(&j, &config, 0);
	carry(&j, 99, 0, FLAG_SYN, &r);
	assert_int_equal(r.strand, STRAND_SYN);
	carry(&j, 99, 0, FLAG_SYN, &r);
	assert_int_equal(r.nth[0], 2);
	carry(&j, 100, 0, FLAG_ACK, &r);
	assert_int_equal(r.strand, STRAND_ACK);
	carry(&j, 100, 10, FLAG_ACK, &r);
	assert_int_equal(r.strand, STRAND_DATA);
	carry(&j, 109, 0, FLAG_ACK, &r); /* a window probe */
	assert_int_equal(r.strand, STRAND_ACK);
	carry(&j, 110, 0, FLAG_FIN | FLAG_ACK, &r);
	carry(&j, 110, 0, FLAG_FIN | FLAG_ACK, &r);
	assert_int_equal(r.strand, STRAND_FIN);
	assert_int_equal(r.nth[0], 2);
	assert_int_equal(j.half.acks, 2);
	end(&j);
}

static void nothing_happens_in_the_other_direction(void **state)
{
	struct path_config config = { .seed = 4, .loss_percent = 100, .duplicate_percent = 100 };
	struct journey j;
	struct record r;

	begin(&j, &config, 0);
	j.chooser.dirs = 1u << DIR_S2C;
	assert_int_equal(carry(&j, 99, 0, FLAG_SYN, &r), 0);
	assert_int_equal(carry(&j, 100, 1448, FLAG_ACK, &r), 0);
	assert_int_equal(chooser__other(&j.chooser, DIR_C2S), 0);
	assert_int_not_equal(chooser__other(&j.chooser, DIR_S2C), 0);
	end(&j);
}

static void jitter_fills_its_range(void **state)
{
	struct plan plan = { .seed = 1 };
	uint64_t least = UINT64_MAX, most = 0;

	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t ns = plan__jitter(&plan, DIR_C2S, i, 1000);

		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
	}
	assert_int_equal(least, 0);
	assert_int_equal(most, 1000);
	assert_int_equal(plan__jitter(&plan, DIR_C2S, 1, 0), 0);
}

static void only_the_least_recent_transmissions_are_forgotten(void **state)
{
	struct transmissions *t;

	assert_int_equal(transmissions__new(&t, 64), 0);
	for (uint64_t block = 0; block < 1000; block++) {
		assert_int_equal(transmissions__again(t, DIR_C2S, 7, block), 2);
		assert_int_equal(transmissions__again(t, DIR_S2C, 7, block), 2);
		assert_int_equal(transmissions__again(t, DIR_C2S, 7, block), 3);
		if (block >= 10)
			assert_int_equal(transmissions__again(t, DIR_S2C, 7, block - 10), 3);
	}
	assert_true(transmissions__forgotten(t) > 0);
	assert_int_equal(transmissions__again(t, DIR_C2S, 7, 0), 2);
	transmissions__free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_segmentation_meets_the_same_loss_points),
		cmocka_unit_test(another_seed_or_flow_meets_others),
		cmocka_unit_test(shares_are_those_asked_for),
		cmocka_unit_test(points_lie_anywhere_in_their_blocks),
		cmocka_unit_test(all_or_nothing),
		cmocka_unit_test(bursts_have_the_length_asked_for),
		cmocka_unit_test(bursts_cannot_be_shorter_than_by_chance),
		cmocka_unit_test(repeated_bytes_have_the_fate_of_their_next_transmission),
		cmocka_unit_test(what_has_no_bytes_counts_by_itself),
		cmocka_unit_test(nothing_happens_in_the_other_direction),
		cmocka_unit_test(jitter_fills_its_range),
		cmocka_unit_test(only_the_least_recent_transmissions_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
