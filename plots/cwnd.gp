# SPDX-License-Identifier: BSD-2-Clause
# The congestion window in bytes: segments times the segment size (tcpi_snd_cwnd, tcpi_snd_mss).
# gnuplot -c cwnd.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'cwnd'
figure = 'Congestion window'
set ylabel 'congestion window (KiB)'
PROBE_DRAWN = 'steps'
VALUE = '$2'
load here.'series.gp'
