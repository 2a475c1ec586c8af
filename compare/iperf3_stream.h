/* SPDX-License-Identifier: BSD-2-Clause */
/* What `iperf3 --json-stream` prints (since 3.17): an event a line instead of one report. */
#ifndef TCPW_COMPARE_IPERF3_STREAM_H
#define TCPW_COMPARE_IPERF3_STREAM_H

#include <cjson/cJSON.h>

/*
 * The report that the events of the last test in documents (an array) tell: start, intervals, end,
 * error. To be freed; documents keeps what it has. NULL: there is no such event.
 */
cJSON *iperf3_stream__fold(const cJSON *documents);

#endif
