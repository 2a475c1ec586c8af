/* SPDX-License-Identifier: BSD-2-Clause */
/* Census: who saw each of the flows that the traffic's own account tells of. See check_census.c. */
#ifndef TCPW_COMPARE_CHECK_CENSUS_H
#define TCPW_COMPARE_CHECK_CENSUS_H

#include "check.h"

struct check *check_census__new(struct run *run); /* NULL: no memory */

#endif
