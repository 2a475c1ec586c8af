// SPDX-License-Identifier: BSD-2-Clause
/* Opens what a foreign tool wrote and places its samples on CLOCK_MONOTONIC. */
#include "foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firefly.h"
#include "ss.h"

/*
 * The collectors read the two clocks one after the other, so a preemption in between puts the
 * anchor off. Two collectors that agree bound that; this much is granted in any case.
 */
#define ANCHOR_ERROR_NS 1000000

struct foreign_reader {
	struct timeline_reader *timeline; /* either this */
	struct text_source *text;	  /* or this */
	struct clock_anchor anchor;
	uint64_t placed_error_ns, last_t0_ns;
	char note[256], error[512];
	bool failed;
};

int foreign__parse(struct foreign *f, const char *text)
{
	static const struct {
		const char *prefix;
		enum foreign_format format;
	} formats[] = {
		{ "timeline:", FOREIGN_TIMELINE },
		{ "ss:", FOREIGN_SS },
		{ "firefly:", FOREIGN_FIREFLY },
	};

	f->format = FOREIGN_TIMELINE;
	f->path = text;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		size_t len = strlen(formats[i].prefix);

		if (strncmp(text, formats[i].prefix, len))
			continue;
		f->format = formats[i].format;
		f->path = text + len;
	}
	return *f->path ? 0 : -EINVAL;
}

struct clock_anchor clock_anchor__of(const struct timeline_header *probe,
				     const struct timeline_header *netlink)
{
	const struct timeline_header *h = probe->base_realtime_ns ? probe : netlink;
	struct clock_anchor a = { .known = h->base_realtime_ns, .error_ns = ANCHOR_ERROR_NS };
	uint64_t other, apart;

	a.offset_ns = h->base_realtime_ns - h->base_ns;
	if (probe->base_realtime_ns && netlink->base_realtime_ns) {
		other = netlink->base_realtime_ns - netlink->base_ns;
		apart = (int64_t)(other - a.offset_ns) < 0 ? a.offset_ns - other
							   : other - a.offset_ns;
		if (apart > a.error_ns)
			a.error_ns = apart;
	}
	return a;
}

static int fail(struct foreign_reader *r, int err, const char *path, const char *why)
{
	r->failed = true;
	snprintf(r->error, sizeof(r->error), "%s: %s", path, why);
	return err;
}

static int open_text(struct foreign_reader *r, const struct foreign *f)
{
	return f->format == FOREIGN_SS ? ss__open(&r->text, f->path)
				       : firefly__open(&r->text, f->path);
}

int foreign_reader__open(struct foreign_reader **pr, const struct foreign *f,
			 const struct clock_anchor *anchor)
{
	struct foreign_reader *r = calloc(1, sizeof(*r));
	int err;

	*pr = NULL;
	if (!r)
		return -ENOMEM;
	*pr = r;
	r->anchor = *anchor;
	if (f->format == FOREIGN_TIMELINE)
		err = timeline_reader__open(&r->timeline, f->path);
	else
		err = open_text(r, f);
	if (!err && f->format == FOREIGN_TIMELINE &&
	    timeline_reader__header(r->timeline)->realtime && !anchor->known)
		err = fail(r, -EBADMSG, f->path,
			   "its clock is CLOCK_REALTIME, but neither collector's header tells "
			   "base_realtime_ns to place it by");
	if (err == -ENOMEM) {
		foreign_reader__close(r);
		*pr = NULL;
	}
	return err;
}

const struct timeline_header *foreign_reader__header(const struct foreign_reader *r)
{
	return r->timeline ? timeline_reader__header(r->timeline) : &r->text->header;
}

/* Widen by what the anchor does not know. Before the machine's start there is nothing to compare.
 */
static void place(struct foreign_reader *r, struct sample *s)
{
	uint64_t begin = r->anchor.offset_ns + r->anchor.error_ns;

	r->placed_error_ns = r->anchor.error_ns;
	s->t0_ns = s->t0_ns > begin ? s->t0_ns - begin : 0;
	s->t1_ns = s->t1_ns - r->anchor.offset_ns + r->anchor.error_ns;
	if ((int64_t)s->t1_ns < 0 || s->t1_ns < s->t0_ns)
		s->t1_ns = s->t0_ns;
}

int foreign_reader__next(struct foreign_reader *r, struct sample *s)
{
	bool realtime;
	int err;

	if (r->failed)
		return -EBADMSG;
	if (r->timeline) {
		err = timeline_reader__next(r->timeline, s);
		realtime = timeline_reader__header(r->timeline)->realtime;
	} else {
		err = r->text->ops->next(r->text, s);
		realtime = r->text->realtime;
	}
	if (err <= 0)
		return err;
	if (realtime && !r->anchor.known)
		return fail(r, -EBADMSG, r->text->path,
			    "its stamps are of CLOCK_REALTIME, but neither collector's header "
			    "tells base_realtime_ns to place them by");
	if (realtime)
		place(r, s);
	if (s->t0_ns < r->last_t0_ns) {
		r->failed = true;
		return text_source__fail(r->text, -EBADMSG, "time runs backwards");
	}
	r->last_t0_ns = s->t0_ns;
	return 1;
}

void foreign_reader__rounding(const struct foreign_reader *r, enum field f, uint64_t *below,
			      uint64_t *above)
{
	*below = r->text ? r->text->below[f] : 0;
	*above = r->text ? r->text->above[f] : 0;
}

uint64_t foreign_reader__placed_error_ns(const struct foreign_reader *r)
{
	return r->placed_error_ns;
}

const struct timeline_trailer *foreign_reader__trailer(const struct foreign_reader *r)
{
	return r->timeline ? timeline_reader__trailer(r->timeline) : NULL;
}

const char *foreign_reader__note(const struct foreign_reader *cr)
{
	struct foreign_reader *r = (struct foreign_reader *)cr;
	const struct text_source *t = r->text;
	size_t n = 0, size = sizeof(r->note);

	r->note[0] = '\0';
	if (!t)
		return r->note;
	if (t->skipped)
		n = snprintf(r->note, size, "%llu records left out (%s)",
			     (unsigned long long)t->skipped, t->skipped_why);
	for (unsigned int i = 0; i < t->unknown_count && n < size; i++)
		n += snprintf(r->note + n, size - n, "%s%s",
			      i	  ? " "
			      : n ? "; unknown keys left out: "
				  : "unknown keys left out: ",
			      t->unknown[i]);
	return r->note;
}

const char *foreign_reader__error(const struct foreign_reader *r)
{
	if (r->error[0])
		return r->error;
	return r->timeline ? timeline_reader__error(r->timeline) : r->text ? r->text->error : "";
}

void foreign_reader__close(struct foreign_reader *r)
{
	if (!r)
		return;
	timeline_reader__close(r->timeline);
	text_source__close(r->text);
	free(r);
}
