/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the account of tcpw-generator: what one end did on each of its flows. */
#ifndef TCPW_COMPARE_GENERATOR_H
#define TCPW_COMPARE_GENERATOR_H

#include "iperf3.h"

/*
 * Into a report of streams without intervals. 0 or -errno, and then why[] (without path); an account
 * that tells of flows that failed is read and returns 0: look at r->error. Free with report__free().
 */
int generator__read(struct report *r, const char *path, char why[DOCUMENT_WHY_MAX]);

#endif
