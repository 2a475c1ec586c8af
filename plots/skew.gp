# SPDX-License-Identifier: BSD-2-Clause
# How late the RTT callback is: the distribution of the difference between a field in the callback,
# in the middle of an ACK, and what the same ACK leaves in it.
# gnuplot -c skew.gp DATA OUT svg|png FACTS
#
# The axis is logarithmic, so differences of zero stand at its left end, at a tic named 0: there a
# curve begins at the share of callbacks in which the field was already right.
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

fields = labels('skew')
smallest = 0.01
zero = smallest / 3

set style line 16 lc rgb ORANGE lw 2 dt (6,3) pt 8 ps 1.2 pi 12

set title heading('What an RTT callback shows, against what its ACK leaves')
set xlabel 'difference (% of the value behind the ACK)'
set ylabel 'share of RTT callbacks that is not larger'
set format x '%g'
set key inside bottom right vertical
set bmargin

if (words(fields) == 0) {
	set xrange [0.01:1000]
	set yrange [0:1.04]
	set label 1 'no field was late' at graph 0.5, 0.5 center
	plot NaN
} else {
	top = 1.0
	do for [n = 1:words(fields)] {
		stats file('skew') index n - 1 using 1 nooutput
		top = STATS_max > top ? STATS_max : top
	}
	# Only now: stats leaves out what is beyond the ranges.
	set logscale x
	set yrange [0:1.04]
	set xrange [zero:top * 1.5]
	set xtics add ('0' zero)
	plot for [n = 1:words(fields)] file('skew') index n - 1 \
		using ($1 > zero ? $1 : zero):2 with linespoints ls 11 + (n - 1) % 6 title word(fields, n)
}
