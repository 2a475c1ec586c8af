# SPDX-License-Identifier: BSD-2-Clause
# The smoothed round-trip time that each witness reads (tcpi_rtt).
# gnuplot -c rtt.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'rtt'
figure = 'Smoothed round-trip time'
set ylabel 'srtt (ms)'
PROBE_DRAWN = 'steps'
VALUE = '$2'
load here.'series.gp'
