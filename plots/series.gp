# SPDX-License-Identifier: BSD-2-Clause
# A quantity over time, by all three witnesses: the body of rtt.gp, rttvar.gp, cwnd.gp, pmtu.gp and
# bytes.gp. They set `quantity` (the name of the files), `figure`, the y axis, and two macros:
# PROBE_DRAWN, the kind of the probe's line, and VALUE, the expression to draw.
#
# A witness without data is named as missing; nothing is drawn for it. Flows of one run share a
# colour: blank lines in the files keep their lines apart.

has_probe = has(quantity.'.probe')
has_netlink = has(quantity.'.netlink')
has_iperf3 = has(quantity.'.iperf3')
state(witness, present) = present ? witness : witness.': missing'
# Many lines of one colour need to be thin.
width = words(labels(quantity.'.probe')) > 2 ? 1 : 3.5 # a label has two words

set title heading(figure)
set xlabel 'time since the first sample (s)'
set xrange [0:*] noextend
set yrange [0:*]
set offsets graph 0, 0, graph 0.05, 0
if (!has_probe && !has_netlink && !has_iperf3) {
	set xrange [0:1]
	set yrange [0:1]
	set label 1 'no witness reports this' at graph 0.5, 0.5 center
}
# A missing file's plot is replaced by an invalid one (NaN), which has a key entry and no points.
plot NaN with lines ls 1 title state('probe', has_probe), \
	for [n = 1:has_probe] file(quantity.'.probe') using 1:(@VALUE) with @PROBE_DRAWN ls 1 lw width notitle, \
	for [n = 1:has_netlink] file(quantity.'.netlink') using 1:(@VALUE) with points ls 2 notitle, \
	NaN with points ls 2 ps 0.7 title state('netlink', has_netlink), \
	for [n = 1:has_iperf3] file(quantity.'.iperf3') using 1:(@VALUE) with points ls 3 notitle, \
	NaN with points ls 3 title state('iperf3', has_iperf3)
