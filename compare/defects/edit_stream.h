/* SPDX-License-Identifier: BSD-2-Clause */
/* Transformations of a timeline as a stream of samples: times, losses, identities. */
#ifndef TCPW_COMPARE_DEFECTS_EDIT_STREAM_H
#define TCPW_COMPARE_DEFECTS_EDIT_STREAM_H

#include "defect.h"

tape_edit edit_shift;	     /* all times by k ns */
tape_edit edit_one_stamp;    /* a round of polls gets the time at which it began, as an instant */
tape_edit edit_stamp_after;  /* windows become the instant at which they ended */
tape_edit edit_slow_grid;    /* the header claims an interval k permille shorter than it was */
tape_edit edit_drop;	     /* every k-th sample, told nowhere */
tape_edit edit_drop_honest;  /* the same, counted in the trailer */
tape_edit edit_drop_last;    /* each flow's last k polls, told nowhere */
tape_edit edit_duplicate;    /* every k-th sample twice */
tape_edit edit_wrong_flow;   /* every k-th sample under another flow's identity */
tape_edit edit_listener;     /* what a listener says, told as the flow's last samples */
tape_edit edit_drop_family;  /* no samples of sockets of family k */
tape_edit edit_swap_ports;   /* bytes of the local port in the wrong order */
tape_edit edit_no_interval;  /* polls come, but the header claims none */

#endif
