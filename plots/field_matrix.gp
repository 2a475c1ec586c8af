# SPDX-License-Identifier: BSD-2-Clause
# Which witness has which field of struct tcp_info on which kernel.
# gnuplot -c field_matrix.gp DATA OUT svg|png FACTS
#
# DATA/field_matrix.tsv: "# KERNEL ...", then a line for each field and kernel: the field's number
# from 0 and its name, the kernel's number from 0, and whether probe, netlink and iperf3 have it.
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

data = file('field_matrix')
kernels = system("sed -n 's/^# //p' '".data."'")
rows = int(system("awk '!/^#/ && $1 >= n { n = $1 + 1 } END { print n + 0 }' '".data."'"))
height = 170 + 17 * rows
if (TERMINAL eq 'svg') {
	set terminal svg size 960,height noenhanced background '#ffffff' font 'DejaVu Sans,13'
} else {
	set terminal pngcairo size 960,height noenhanced background '#ffffff' font 'DejaVu Sans,10'
}
set output OUT

set title heading('Fields of struct tcp_info by kernel and witness')
set xrange [-0.5:words(kernels) - 0.5]
set yrange [rows - 0.5:-0.5]
set xtics () scale 0
do for [k = 1:words(kernels)] { set xtics add (word(kernels, k) k - 1) }
set x2range [-0.5:words(kernels) - 0.5]
set x2tics () scale 0
do for [k = 1:words(kernels)] { set x2tics add (word(kernels, k) k - 1) }
set xlabel 'kernel'
set grid noxtics noytics
# A line between kernels, and a light one under every row.
do for [k = 1:words(kernels) - 1] {
	set arrow from k - 0.5, graph 0 to k - 0.5, graph 1 nohead lc rgb '#b0b0b0' lw 1 back
}
do for [r = 0:rows - 1] {
	set arrow from graph 0, first r to graph 1, first r nohead lc rgb '#ececec' lw 1 back
}
set lmargin 27
set tmargin 5
set bmargin 6
set key at screen 0.5, screen 14.0 / height center bottom

set ytics scale 0
plot data using ($4 == 1 ? $3 - 0.2 : NaN):1:ytic(2) with points pt 5 ps 1 lc rgb SKY title 'probe', \
	'' using ($5 == 1 ? $3 : NaN):1 with points pt 7 ps 0.9 lc rgb VERMILLION title 'netlink', \
	'' using ($6 == 1 ? $3 + 0.2 : NaN):1 with points pt 8 ps 1.1 lw 1.5 lc rgb BLACK title 'iperf3'
