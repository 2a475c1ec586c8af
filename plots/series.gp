# SPDX-License-Identifier: BSD-2-Clause
# A quantity over time, by all three witnesses: the body of rtt.gp, rttvar.gp, cwnd.gp, pmtu.gp and
# bytes.gp. They set `quantity` (the name of the files), `figure`, the y axis, and two macros:
# PROBE_DRAWN, the kind of the probe's line, and VALUE, the expression to draw. BELOW, if set, makes
# the y axis begin that share of its length below the data instead of at 0.
#
# A witness without data is named as missing; nothing is drawn for it. Flows of one run share a
# colour: blank lines in the files keep their lines apart. More than 8 flows are a cloud of small
# dots, of all of them, and the title says how many they are.

has_probe = has(quantity.'.probe')
has_netlink = has(quantity.'.netlink')
has_iperf3 = has(quantity.'.iperf3')
# A witness may have told nothing but a flow's last words, which errors.gp compares: that is no series.
state(witness, present) = present ? witness : \
	witness.(strstrt(labels('errors'), witness) ? ': last words only, see errors' : ': missing')
flows = 0 # a label has two words
do for [witness in 'probe netlink iperf3'] {
	shown = words(labels(quantity.'.'.witness)) / 2
	flows = shown > flows ? shown : flows
}
CLOUD = 8
# Many lines of one colour need to be thin.
width = flows > 1 ? 1 : 3.5
if (flows > CLOUD) {
	figure = figure.' of '.flows.' flows, as dots'
	PROBE_DRAWN = 'points'
	set style line 1 lc rgb SKY pt 7 ps 0.3
	set style line 2 lc rgb VERMILLION pt 7 ps 0.2
	set style line 3 lc rgb BLACK pt 6 ps 0.6 lw 0.7
}

set title heading(figure)
set xlabel 'time since the first sample (s)'
set xrange [0:*] noextend
if (exists('BELOW')) {
	set yrange [*:*]
	set offsets graph 0, 0, graph BELOW, graph BELOW
} else {
	set yrange [0:*]
	set offsets graph 0, 0, graph 0.05, 0
}
# Of many flows a few may be far off, which would flatten all the others.
if (flows > CLOUD && has_probe) {
	stats file(quantity.'.probe') using (@VALUE) nooutput
	if (STATS_min > 0 && STATS_max > 20 * STATS_up_quartile) {
		set yrange [*:*]
		set offsets 0, 0, 0, 0
		set logscale y
		set format y '%g'
	}
}
if (!has_probe && !has_netlink && !has_iperf3) {
	set xrange [0:1]
	set yrange [0:1]
	set label 1 'no witness reports this' at graph 0.5, 0.5 center
}
# A missing file's plot is replaced by an invalid one (NaN), which has a key entry and no points.
plot NaN with @PROBE_DRAWN ls 1 title state('probe', has_probe), \
	for [n = 1:has_probe] file(quantity.'.probe') using 1:(@VALUE) with @PROBE_DRAWN ls 1 lw width notitle, \
	for [n = 1:has_netlink] file(quantity.'.netlink') using 1:(@VALUE) with points ls 2 notitle, \
	NaN with points ls 2 ps 0.7 title state('netlink', has_netlink), \
	for [n = 1:has_iperf3] file(quantity.'.iperf3') using 1:(@VALUE) with points ls 3 notitle, \
	NaN with points ls 3 title state('iperf3', has_iperf3)
