# SPDX-License-Identifier: BSD-2-Clause
# Bytes since the start: acknowledged for the collectors, written for iperf3.
# gnuplot -c bytes.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'bytes'
figure = 'Cumulative bytes'
set ylabel 'MB (acknowledged; for iperf3: written)'
PROBE_DRAWN = 'lines'
VALUE = '$2'
load here.'series.gp'
