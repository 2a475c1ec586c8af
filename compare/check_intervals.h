/* SPDX-License-Identifier: BSD-2-Clause */
/* iperf3's intervals follow one another: none is missing, none is there twice. */
#ifndef TCPW_COMPARE_CHECK_INTERVALS_H
#define TCPW_COMPARE_CHECK_INTERVALS_H

#include "run.h"
#include "verdict.h"

/* 0 or -ENOMEM. */
int check_intervals__judge(const struct run *run, struct verdict *v);

#endif
