/* SPDX-License-Identifier: BSD-2-Clause */
/* Transformations of a file's bytes and lines, where what comes out is no well-formed timeline. */
#ifndef TCPW_COMPARE_DEFECTS_EDIT_FILES_H
#define TCPW_COMPARE_DEFECTS_EDIT_FILES_H

#include "defect.h"

file_edit edit_cut;	     /* k permille of the bytes stay */
file_edit edit_cut_trailer;  /* the last line is missing */
file_edit edit_cut_lines;    /* the file ends, between two lines, after k permille of them */
file_edit edit_lose_lines;   /* every k-th sample line is missing, the trailer counts it still */
file_edit edit_double_lines; /* every k-th sample line twice */
file_edit edit_swap_lines;   /* the k-th sample line and the one behind it change places */
file_edit edit_replace;	     /* the text key ("FROM=>TO"), everywhere */
file_edit edit_empty;	     /* nothing is left */
file_edit edit_delete;	     /* the file itself is missing */

#endif
