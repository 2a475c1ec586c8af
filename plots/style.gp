# SPDX-License-Identifier: BSD-2-Clause
# What all figures share. Each one calls it with the arguments it was called with:
#
#	gnuplot -c FIGURE.gp DATA OUT TERMINAL FACTS
#
# DATA is the folder of the .tsv files, OUT the picture to write, TERMINAL svg or png, FACTS what
# stands below the title: one line or two. A figure sets `figure` (its title) and may change what is set here.
#
# The same witness looks the same in every figure, and differs by more than its colour (Okabe and
# Ito's palette): probe a line, netlink small dots, iperf3 large open markers.

DATA = ARG1
OUT = ARG2
TERMINAL = ARG3
FACTS = ARG4

if (TERMINAL eq 'svg') {
	set terminal svg size 960,560 noenhanced background '#ffffff' font 'DejaVu Sans,14'
} else {
	set terminal pngcairo size 960,560 noenhanced background '#ffffff' font 'DejaVu Sans,11'
}
set output OUT
set encoding utf8

BLUE = '#0072B2'
VERMILLION = '#D55E00'
BLACK = '#000000'
GREEN = '#009E73'
ORANGE = '#E69F00'
PURPLE = '#CC79A7'
SKY = '#56B4E9'
GREY = '#808080'

set style line 1 lc rgb SKY lw 3.5 dt 1                 # probe
set style line 2 lc rgb VERMILLION pt 7 ps 0.3        # netlink
set style line 3 lc rgb BLACK pt 6 ps 1.3 lw 1.5      # iperf3
# The same three, and others, as curves with markers now and then.
set style line 11 lc rgb BLUE lw 2.5 dt 1 pt 4 ps 1.2 pi 12
set style line 12 lc rgb VERMILLION lw 2.5 dt (12,4) pt 7 ps 1 pi 12
set style line 13 lc rgb BLACK lw 2 dt (4,4) pt 6 ps 1.2 pi 12
set style line 14 lc rgb GREEN lw 2 dt (12,4,3,4) pt 9 ps 1.2 pi 12
set style line 15 lc rgb PURPLE lw 2 dt (2,3) pt 12 ps 1.2 pi 12

set border 3 lc rgb GREY
set tics nomirror textcolor rgb BLACK
set grid back lc rgb '#d0d0d0' lw 1 dt 1
set key at screen 0.5, 0.02 center bottom horizontal samplen 3 spacing 1.1 width 2 noautotitle
set tmargin strstrt(FACTS, "\n") ? 5.5 : 4
set bmargin 5.5

heading(text) = text.(strlen(FACTS) ? "\n".FACTS : '')
# gnuplot cannot ask whether a file is there, and stops at one that is not.
has(name) = int(system("grep -qs '^-\\{0,1\\}[0-9]' '".DATA.'/'.name.".tsv' && echo 1 || echo 0"))
file(name) = DATA.'/'.name.'.tsv'
# The labels of a file's blocks, one a line.
labels(name) = system("sed -n 's/^\"\\(.*\\)\"$/\\1/p' '".file(name)."' 2>/dev/null")
