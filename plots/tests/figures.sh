#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# Every figure can be drawn from data as tcpw-compare writes it, and a witness without data is
# named as missing and not drawn.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"
# shellcheck source=plots/tests/lib/fixture.sh
. "$TOP/plots/tests/lib/fixture.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
STDOUT=$WORK/stdout STDERR=$WORK/stderr
DRAW=$TOP/plots/draw
FIGURES=(rtt rttvar cwnd pmtu bytes errors gaps skew path)
SERIES=(rtt rttvar cwnd pmtu bytes)

# run_with FLOWS NAME: a run directory as after tcpw-compare
run_with() {
	fixture_manifest "$WORK/$2"
	fixture_series "$WORK/$2/plots/data" "$1"
	fixture_curves "$WORK/$2/plots/data"
	fixture_path "$WORK/$2/plots/data"
}

# whole_pictures RUN
whole_pictures() {
	local figure
	for figure in "${FIGURES[@]}"; do
		xmllint --noout "$WORK/$1/plots/$figure.svg"
		# The last chunk of a PNG.
		tail -c 8 "$WORK/$1/plots/$figure.png" | head -c 4 | grep -q IEND
	done
}

# in_picture RUN FIGURE TEXT: gnuplot writes text into SVG as text
in_picture() {
	grep -qF -- "$3" "$WORK/$1/plots/$2.svg" || {
		echo "$2.svg does not say '$3'"
		return 1
	}
}

test_all_figures_of_a_run_with_one_flow() {
	run_with 1 one
	exits 0 "$DRAW" "$WORK/one"
	whole_pictures one
	in_picture one rtt 'scenario fixture'
	if grep -l missing "$WORK"/one/plots/*.svg; then return 1; fi
}

test_all_figures_of_a_run_with_four_flows_have_one_key_entry_a_witness() {
	local figure
	run_with 4 four
	exits 0 "$DRAW" "$WORK/four"
	whole_pictures four
	for figure in "${SERIES[@]}"; do
		[[ $(grep -c '>netlink<' "$WORK/four/plots/$figure.svg") == 1 ]]
	done
}

# compared_without WITNESS RUN: nobody is compared with it
compared_without() {
	awk -v witness="$1" 'BEGIN { RS = ""; ORS = "\n\n\n" } !index($0, witness)' \
		"$WORK/$2/plots/data/errors.tsv" >"$WORK/errors"
	mv "$WORK/errors" "$WORK/$2/plots/data/errors.tsv"
}

test_a_missing_witness_is_named_as_missing_and_not_drawn() {
	local figure witness marks with without
	run_with 1 whole
	exits 0 "$DRAW" "$WORK/whole"
	for witness in probe netlink iperf3; do
		run_with 1 "no-$witness"
		rm "$WORK/no-$witness"/plots/data/*."$witness".tsv
		compared_without "$witness" "no-$witness"
		exits 0 "$DRAW" "$WORK/no-$witness"
		whole_pictures "no-$witness"
		for figure in "${SERIES[@]}"; do
			in_picture "no-$witness" "$figure" "$witness: missing"
			marks='<use\|<path' # what gnuplot draws points and lines with
			with=$(grep -o "$marks\|,[0-9]" "$WORK/whole/plots/$figure.svg" | wc -l)
			without=$(grep -o "$marks\|,[0-9]" "$WORK/no-$witness/plots/$figure.svg" | wc -l)
			((without < with))
		done
	done
}

test_a_file_with_no_sample_counts_as_missing() {
	run_with 1 hollow
	printf '# t_s\trtt\n"flow 1"\n' >"$WORK/hollow/plots/data/rtt.netlink.tsv"
	compared_without netlink hollow
	exits 0 "$DRAW" "$WORK/hollow"
	in_picture hollow rtt 'netlink: missing'
}

test_a_witness_of_last_words_is_not_called_missing() {
	run_with 1 last
	rm "$WORK"/last/plots/data/*.netlink.tsv
	exits 0 "$DRAW" "$WORK/last"
	in_picture last rtt 'netlink: last words only, see errors'
}

test_a_run_without_any_witness_is_drawn_as_that() {
	run_with 1 empty
	rm "$WORK"/empty/plots/data/*
	exits 0 "$DRAW" "$WORK/empty"
	[[ ! -e $WORK/empty/plots/path.svg ]]
	xmllint --noout "$WORK"/empty/plots/*.svg
	in_picture empty cwnd 'no witness reports this'
	in_picture empty errors 'nothing was compared'
	in_picture empty gaps 'no gaps were measured'
}

test_the_path_s_figure_tells_what_was_counted_in_the_account() {
	run_with 1 path
	exits 0 "$DRAW" "$WORK/path"
	in_picture path path 'one-way time (ms)'
	in_picture path path '>loss 3<'
	in_picture path path '>loss/ACK 1<'
	in_picture path path '>TLP 1<'
	in_picture path path '>-2<' # what happened before the first sample
}

test_a_path_that_did_nothing_is_drawn_as_that() {
	run_with 1 calm
	rm "$WORK"/calm/plots/data/path-{acts,resent}.tsv
	exits 0 "$DRAW" "$WORK/calm"
	whole_pictures calm
	in_picture calm path 'nothing was dropped, marked, held or copied'
	in_picture calm path 'nothing was sent again'
}

test_a_run_without_the_path_s_account_has_no_figure_of_it() {
	run_with 1 counted
	exits 0 "$DRAW" "$WORK/counted"
	rm "$WORK"/counted/plots/data/path-*.tsv
	exits 0 "$DRAW" "$WORK/counted"
	[[ ! -e $WORK/counted/plots/path.svg && ! -e $WORK/counted/plots/path.png ]]
	[[ -s $WORK/counted/plots/rtt.svg ]]
}

test_the_title_tells_of_the_path_what_is_not_neutral() {
	run_with 1 told
	jq '.path = {backend: "relay", rate_bit: 50000000, queue_bytes: 250000, rtt_us: 20000, jitter_us: 0,
		loss_percent: 1, loss_burst: 8, reorder_percent: 0, reorder_us: 4000, duplicate_percent: 0,
		mark_percent: 0, mark_queue_bytes: 0, mtu: 1500, blackout_at_ms: 0, blackout_ms: 0}' \
		"$WORK/told/manifest.json" >"$WORK/manifest"
	mv "$WORK/manifest" "$WORK/told/manifest.json"
	exits 0 "$DRAW" "$WORK/told"
	in_picture told rtt 'relay at 50 Mbit/s, 1 stream over'
	in_picture told rtt '>round trip 20 ms, queue 250 kB, loss 1% in bursts of 8<'
	echo '{"end": {"sum_sent_bidir_reverse": {}}}' >"$WORK/told/iperf3.json"
	exits 0 "$DRAW" "$WORK/told"
	in_picture told rtt '1 stream each way over'
	jq '.path += {rate_bit: 0, rtt_us: 0, jitter_us: 1500, loss_percent: 0, reorder_percent: 0.5,
		duplicate_percent: 2, mark_percent: 3, mtu: 1400, blackout_at_ms: 1000, blackout_ms: 1200}
		| .knobs.flows = 400' "$WORK/told/manifest.json" >"$WORK/manifest"
	mv "$WORK/manifest" "$WORK/told/manifest.json"
	exits 0 "$DRAW" "$WORK/told"
	in_picture told rtt 'fixture, relay, 400 flows over'
	in_picture told rtt '>jitter 1.5 ms, 0.5% held 4 ms longer, 2% copied, 3% marked CE, MTU 1400, blackout of 1200 ms at 1000 ms<'
}

test_many_flows_are_drawn_as_dots_and_counted() {
	run_with 9 many
	exits 0 "$DRAW" "$WORK/many"
	whole_pictures many
	in_picture many rtt 'Smoothed round-trip time of 9 flows, as dots'
}

test_a_few_far_off_among_many_flows_do_not_hide_the_others() {
	run_with 9 outlier
	printf '\n\n"flow 10"\n5\t20000\n' >>"$WORK/outlier/plots/data/rtt.probe.tsv"
	exits 0 "$DRAW" "$WORK/outlier"
	in_picture outlier rtt '>10<'
	in_picture outlier rtt '>10000<'
}

test_the_axis_of_the_path_mtu_shows_its_steps() {
	run_with 1 mtu
	printf '# t_s\tpmtu_bytes\n"flow 1"\n-0.01\t0\n0\t1500\n1\t1400\n' >"$WORK/mtu/plots/data/pmtu.probe.tsv"
	exits 0 "$DRAW" "$WORK/mtu"
	in_picture mtu pmtu ' 1400<'
	in_picture mtu pmtu ' 1500<'
	if grep -q ' 200<' "$WORK/mtu/plots/pmtu.svg"; then return 1; fi
}

test_a_witness_without_gaps_is_named_as_missing() {
	run_with 1 gapless
	printf '# gap\n"netlink"\n10\t0.5\n11\t1\n' >"$WORK/gapless/plots/data/gaps.tsv"
	exits 0 "$DRAW" "$WORK/gapless"
	in_picture gapless gaps 'probe: missing'
}

test_differences_that_are_all_zero_can_be_drawn() {
	run_with 1 equal
	printf '# error\n"pmtu netlink-probe"\n0\t1\n' >"$WORK/equal/plots/data/errors.tsv"
	exits 0 "$DRAW" "$WORK/equal"
	in_picture equal errors pmtu
}

test_a_directory_of_several_runs_draws_each() {
	run_with 1 several/a
	run_with 1 several/b
	exits 0 "$DRAW" "$WORK/several"
	[[ -s $WORK/several/a/plots/rtt.png && -s $WORK/several/b/plots/gaps.svg ]]
}

test_a_path_with_quotes_and_spaces_is_no_problem() {
	run_with 1 "it's a run"
	exits 0 "$DRAW" "$WORK/it's a run"
	whole_pictures "it's a run"
}

test_a_run_that_was_not_judged_is_refused_with_the_remedy() {
	fixture_manifest "$WORK/raw"
	exits 3 "$DRAW" "$WORK/raw"
	says 'run tcpw-compare'
	exits 2 "$DRAW" "$WORK/nonsense"
	says 'not a directory'
	exits 2 "$DRAW"
	says 'usage'
	exits 2 "$DRAW" --nonsense
	says '--help'
}

run_tests
