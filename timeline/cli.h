/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command lines of all programs share: exit codes, strict numbers, stopping by signal. */
#ifndef TCPW_TIMELINE_CLI_H
#define TCPW_TIMELINE_CLI_H

#include <signal.h>
#include <stdint.h>

enum exit_code {
	EXIT_PASS = 0,
	EXIT_FAIL = 1,  /* the witnesses disagree */
	EXIT_USAGE = 2, /* the command line is wrong */
	EXIT_ERROR = 3, /* harness, path or file failed: says nothing about accuracy */
	EXIT_SKIP = 4,  /* this kernel or these privileges cannot */
};

/* Decimal digits only, whole string, within [min, max]. 0, -EINVAL or -ERANGE. */
int number__parse(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * A duration with its unit, "500us" "100ms" "1.5s" "2m" "1h" (up to nine decimals), in ns within
 * [min_ns, max_ns]. 0, -EINVAL (no number, or no unit) or -ERANGE.
 */
int duration__parse(const char *text, uint64_t min_ns, uint64_t max_ns, uint64_t *ns);

uint64_t monotonic_ns(void);
uint64_t realtime_ns(void);

/* Set by SIGINT, SIGTERM and SIGHUP once stop_on_signals() was called; SIGPIPE is ignored then. */
extern volatile sig_atomic_t stop_requested;
void stop_on_signals(void);

#endif
