# SPDX-License-Identifier: BSD-2-Clause
# What an emulated path with an account of each packet did, and how its flows answered: one-way
# times, what was dropped, marked, held or copied, and retransmissions by cause.
# gnuplot -c path.gp DATA OUT svg|png FACTS
#
# DATA/path-way.tsv is there if there is an account. The others are there if there was something to
# count: a path that dropped nothing has no path-acts.tsv, and that is zero.
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

height = 760
if (TERMINAL eq 'svg') {
	set terminal svg size 960,height noenhanced background '#ffffff' font 'DejaVu Sans,14'
} else {
	set terminal pngcairo size 960,height noenhanced background '#ffffff' font 'DejaVu Sans,11'
}
set output OUT

ways = labels('path-way') # a block each: c2s s2c held copy CE
acts = has('path-acts') ? labels('path-acts') : '' # "WHAT COUNT" for each block
causes = has('path-resent') ? labels('path-resent') : ''
rows = words(acts) / 2
curves = words(causes) / 2
what(list, n) = word(list, 2 * n - 1)
told(list, n) = what(list, n).' '.word(list, 2 * n)

# The same thing looks the same in all three panels.
colour(w) = w[1:4] eq 'loss' ? VERMILLION : w[1:5] eq 'queue' ? BLUE : w[1:8] eq 'blackout' ? BLACK : \
	w[1:7] eq 'too-big' ? GREEN : w eq 'CE' ? PURPLE : w eq 'held' || w eq 'reordering' ? ORANGE : \
	w eq 'copy' || w eq 'duplicate' ? GREEN : w eq 'RTO' ? VERMILLION : w eq 'TLP' ? PURPLE : \
	w eq 'c2s' ? SKY : w eq 's2c' ? GREY : BLACK
marker(w) = w eq 'c2s' || w eq 's2c' ? 7 : w eq 'held' ? 8 : w eq 'copy' ? 4 : w eq 'CE' ? 12 : \
	strstrt(w, '/ACK') ? 1 : 2
size(w) = w eq 'c2s' || w eq 's2c' ? 0.25 : 0.8
said(w) = w eq 'c2s' ? 'from client' : w eq 's2c' ? 'from server' : w
set style line 20 lw 2.5 dt 1
set style line 21 lw 2.5 dt (12,3)
set style line 22 lw 2 dt (4,3)
set style line 23 lw 2.5 dt (12,3,3,3)
set style line 24 lw 2 dt (2,2)

# One axis of time for all, from the first thing that happened or, as in other figures, from 0.
start = 0.0
end = 1e-3
do for [name in 'path-way path-acts path-resent rtt.probe'] {
	if (has(name)) {
		stats file(name) using 1 nooutput
		end = STATS_max > end ? STATS_max : end
		start = name[1:6] eq 'path-a' && STATS_min < start ? STATS_min : start
	}
}

strip = (rows ? rows * 20 + 6 : 26) / (1.0 * height)
top = FACTS eq '' ? 0.92 : strstrt(FACTS, "\n") ? 0.87 : 0.89
split = 0.435 # of the first panel and the strip
set multiplot
set lmargin at screen 0.15
set rmargin at screen 0.975
set xrange [start:end] noextend
set label 1 heading('What the path did, and what was sent again') at screen 0.5, 0.975 center

set tmargin at screen top
set bmargin at screen split + strip + 0.025
set format x ''
set ylabel 'one-way time (ms)' offset screen 0, 0
set yrange [0:*]
set offsets graph 0, 0, graph 0.05, 0
set key at graph 1, graph 1.03 right bottom horizontal samplen 1 spacing 1.1 width 1 noautotitle
if (words(ways) == 0) { set label 2 'no packet carried data' at graph 0.5, 0.5 center }
plot [][0:*] NaN notitle, for [n = 1:words(ways)] file('path-way') index n - 1 using 1:2 with points \
		pt marker(word(ways, n)) ps size(word(ways, n)) lc rgb colour(word(ways, n)) notitle, \
	for [n = 1:words(ways)] NaN with points pt marker(word(ways, n)) ps 0.8 \
		lc rgb colour(word(ways, n)) title said(word(ways, n))
unset label 1
unset label 2

set tmargin at screen split + strip
set bmargin at screen split
set offsets 0, 0, 0, 0
set yrange [rows + 0.5:0.5]
unset ylabel
unset key
set ytics () scale 0
do for [n = 1:rows] { set ytics add (told(acts, n) n) }
if (rows == 0) {
	set yrange [0:1]
	set ytics ('' 0)
	set label 2 'nothing was dropped, marked, held or copied' at graph 0.5, 0.5 center
}
plot NaN, for [n = 1:rows] file('path-acts') index n - 1 using 1:(n) with points \
	pt marker(what(acts, n)) ps 0.9 lw 1.5 lc rgb colour(what(acts, n))
unset label 2

set tmargin at screen split - 0.035
set bmargin at screen 0.125
set format x '%g'
set xlabel 'time since the first sample (s)'
set ylabel 'retransmissions, by cause' offset screen 0, 0
set ytics autofreq scale 1
set yrange [0:*]
set offsets graph 0, 0, graph 0.06, 0
set key at screen 0.5, 0.015 center bottom horizontal samplen 3 spacing 1.1 width 2 noautotitle
most = 0 # no fractions of a retransmission
do for [n = 1:curves] {
	most = int(word(causes, 2 * n)) > most ? int(word(causes, 2 * n)) : most
}
if (most < 5) { set ytics 1 }
if (curves == 0) {
	set yrange [0:1]
	set ytics ('' 0)
	set label 2 'nothing was sent again' at graph 0.5, 0.5 center
}
plot NaN notitle, for [n = 1:curves] file('path-resent') index n - 1 using 1:2 with steps \
	ls 20 + (n - 1) % 5 lc rgb colour(what(causes, n)) title told(causes, n)
unset multiplot
