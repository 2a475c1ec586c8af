# SPDX-License-Identifier: BSD-2-Clause
# The mean deviation of the round-trip time (tcpi_rttvar).
# gnuplot -c rttvar.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'rttvar'
figure = 'Variation of the round-trip time'
set ylabel 'rttvar (ms), without the initial 250 ms'
PROBE_DRAWN = 'steps'
# tcp_init_sock() sets 250 ms, which stands until the first round trip was measured: it would hide
# everything that follows.
VALUE = '$2 == 250 ? NaN : $2'
load here.'series.gp'
