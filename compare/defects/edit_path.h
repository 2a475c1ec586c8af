/* SPDX-License-Identifier: BSD-2-Clause */
/* Transformations of path.jsonl that leave a well-formed account: a path that lies. */
#ifndef TCPW_COMPARE_DEFECTS_EDIT_PATH_H
#define TCPW_COMPARE_DEFECTS_EDIT_PATH_H

#include "defect.h"

file_edit path_revive;	/* the k-th dropped packet is told as delivered */
file_edit path_kill;	/* the k-th delivered data packet is told as lost */
file_edit path_rename;	/* every loss is told as one by the queue */
file_edit path_omit;	/* the k-th delivered data packet is not told */
file_edit path_hurry;	/* the k-th delivered data packet is told as written at once */
file_edit path_rush;	/* the k-th delivered data packet is told as served at once */
file_edit path_unmark;	/* no mark is told */
file_edit path_single;	/* no copy is told */
file_edit path_invent;	/* the k-th delivered data packet is told to have been sent once more, and
			   lost */
file_edit path_later;	/* all times are k ns later */
file_edit path_earlier; /* and earlier */

#endif
