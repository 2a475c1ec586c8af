/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of path.jsonl, from JSON: what path_reader.c is made of. */
#ifndef TCPW_COMPARE_PATH_LINE_H
#define TCPW_COMPARE_PATH_LINE_H

#include <cjson/cJSON.h>

#include "path_reader.h"

struct path_line_reader {
	uint64_t base_ns; /* of all times */
	uint32_t flows;	  /* announced so far */
	char why[192];	  /* the last line was refused */
};

/* An instant of the run's clock. */
bool path_line__time(uint64_t base_ns, const cJSON *item, uint64_t *ns);

/* Each: enum path_line, or -EBADMSG and why. */
int path_line__packet(struct path_line_reader *l, const cJSON *root, struct path_packet *p);
int path_line__flow(struct path_line_reader *l, const cJSON *root, struct path_flow_line *f);
int path_line__device(struct path_line_reader *l, const cJSON *root, bool after,
		      struct path_device_line *d);

#endif
