# SPDX-License-Identifier: BSD-2-Clause
# How far two witnesses are apart: the distribution of the absolute differences, a panel a field.
# gnuplot -c errors.gp DATA OUT svg|png FACTS
#
# The axis is logarithmic, so differences of zero stand at its left end, at a tic named 0, below
# the smallest difference that the field can show.
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

compared = labels('errors') # "FIELD PAIR" for each block
blocks = words(compared) / 2
field(n) = word(compared, 2 * n - 1)
pair(n) = word(compared, 2 * n)

panels = ''
do for [n = 1:blocks] {
	if (!strstrt(' '.panels.' ', ' '.field(n).' ')) { panels = panels.' '.field(n) }
}

unit(f) = f eq 'rtt' || f eq 'rttvar' ? 'ms' : f eq 'cwnd' ? 'KiB' : f eq 'bytes' ? 'MB' : \
	f eq 'pmtu' ? 'bytes' : 'its own unit'
smallest(f) = f eq 'rtt' || f eq 'rttvar' ? 1e-3 : f eq 'bytes' ? 1e-3 : 1.0
drawn(p) = p eq 'netlink-probe' ? 12 : p eq 'iperf3-probe' ? 13 : p eq 'iperf3-netlink' ? 14 : 15

set format x '%g'
set yrange [0:1.04]
set tmargin
set bmargin
set key inside bottom right vertical

if (blocks == 0) {
	set title heading('Differences between the witnesses')
	set xrange [0.001:1000]
	set label 1 'nothing was compared' at graph 0.5, 0.5 center
	plot NaN
} else {
	columns = words(panels) < 3 ? words(panels) : 3
	rows = (words(panels) + columns - 1) / columns
	set multiplot layout rows, columns margins 0.08, 0.97, 0.11, 0.82 spacing 0.07, 0.21
	set label 1 heading('Differences between the witnesses') at screen 0.5, 0.97 center
	do for [p = 1:words(panels)] {
		f = word(panels, p)
		zero = smallest(f) / 5
		set title f
		set xlabel 'difference ('.unit(f).')'
		set ylabel p % columns == 1 || columns == 1 ? 'share that is not larger' : ''
		# Its blocks, and the end of its axis (gnuplot cannot extend a logarithmic one by itself).
		unset logscale x
		set yrange [*:*] # stats leaves out what is beyond
		mine = ''
		top = zero * 1e3
		do for [n = 1:blocks] {
			if (field(n) eq f) {
				mine = mine.' '.n
				stats file('errors') index n - 1 using 1 nooutput
				top = STATS_max > top ? STATS_max : top
			}
		}
		set yrange [0:1.04]
		set logscale x
		set xrange [zero:top * 1.5]
		set xtics autofreq
		set xtics add ('0' zero)
		plot for [n in mine] file('errors') index int(n) - 1 \
			using ($1 > zero ? $1 : zero):2 with linespoints ls drawn(pair(int(n))) title pair(int(n))
		unset label 1
	}
	unset multiplot
}
