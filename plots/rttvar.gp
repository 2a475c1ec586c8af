# SPDX-License-Identifier: BSD-2-Clause
# The mean deviation of the round-trip time (tcpi_rttvar).
# gnuplot -c rttvar.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'rttvar'
figure = 'Variation of the round-trip time'
set ylabel 'rttvar (ms)'
PROBE_DRAWN = 'steps' # a macro in series.gp
load here.'series.gp'
