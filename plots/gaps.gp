# SPDX-License-Identifier: BSD-2-Clause
# How long each witness was blind: the distribution of the times between its samples.
# gnuplot -c gaps.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

set title heading('Time between the samples of a witness')
set xlabel 'gap (ms, logarithmic)'
set ylabel 'share of the gaps that are not longer'
set logscale x
set format x '%g'
set yrange [0:1.02]

measured = labels('gaps') # a block a witness
place(witness) = witness eq word(measured, 1) ? 0 : witness eq word(measured, 2) ? 1 : \
	witness eq word(measured, 3) ? 2 : -1
# iperf3 looks at its own interval; a distribution of that is a bonus.
WITNESSES = place('iperf3') >= 0 ? 'probe netlink iperf3' : 'probe netlink'
if (words(measured) == 0) {
	set xrange [0.01:1000]
	set label 1 'no gaps were measured' at graph 0.5, 0.5 center
}
plot for [n = 1:words(WITNESSES)] NaN with linespoints ls 10 + n \
		title word(WITNESSES, n).(place(word(WITNESSES, n)) < 0 ? ': missing' : ''), \
	for [n = 1:words(measured)] file('gaps') index n - 1 using 1:2 with linespoints \
		ls word(measured, n) eq 'probe' ? 11 : word(measured, n) eq 'netlink' ? 12 : 13
