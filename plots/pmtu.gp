# SPDX-License-Identifier: BSD-2-Clause
# The path MTU (tcpi_pmtu).
# gnuplot -c pmtu.gp DATA OUT svg|png FACTS
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
call here.'style.gp' ARG1 ARG2 ARG3 ARG4

quantity = 'pmtu'
figure = 'Path MTU'
set ylabel 'path MTU (bytes)'
PROBE_DRAWN = 'steps'
# 0 until tcp_sync_mss() has set it.
VALUE = '$2 == 0 ? NaN : $2'
BELOW = 0.2 # its steps are small against its size: an axis from 0 would hide them
load here.'series.gp'
