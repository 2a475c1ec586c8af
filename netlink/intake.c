// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of the kernel's answers. */
#include "intake.h"

#include <errno.h>

#define TIMER_TIME_WAIT 3 /* inet_twsk_diag_fill() */

static int decode(struct intake *in, const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1,
		  enum sample_event event)
{
	int err;

	in->sample.event = event;
	err = decode__message(nlh, nlh->nlmsg_len, &in->layout, in->watch->netns, &in->sample);
	in->sample.t0_ns = t0;
	in->sample.t1_ns = t1;
	if (err == -EBADMSG)
		in->malformed++;
	return err;
}

static int write_sample(struct intake *in)
{
	int err = timeline_writer__sample(in->writer, &in->sample);

	/* -EINVAL: out of order; the writer counts it as a loss. */
	in->fatal = err == -EINVAL ? 0 : err;
	return in->fatal;
}

/* Make the flow of this identity known, if it is not. 0 or -ENOMEM. */
static int know(struct intake *in, uint8_t family, const struct inet_diag_sockid *id)
{
	struct flows *flows = &in->watch->flows;
	uint64_t cookie = decode__cookie(id);
	struct known_flow *f;

	if (flows__find(flows, cookie))
		return 0;
	f = flows__add(flows, cookie);
	if (!f)
		return in->fatal = -ENOMEM;
	request__exact(&f->request, family, id);
	in->flows_seen++;
	return 0;
}

int intake__exact(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	struct intake *in = arg;
	int err = decode(in, nlh, t0, t1, EVENT_sample);

	/*
	 * -ENODATA: the flow is gone, a TIME_WAIT socket inherited its cookie. The kernel compares
	 * the cookie that was asked for; a reply with another is not believed all the same.
	 */
	in->answered = err == -EBADMSG || (!err && in->sample.flow.cookie == in->asked_cookie);
	return in->answered && !err ? write_sample(in) : 0;
}

/* In full mode the kernel filtered nothing. */
static bool wanted(const struct intake *in)
{
	const struct sampler_options *o = &in->options;
	const struct sample *s = &in->sample;

	if (o->mode != MODE_FULL)
		return true;
	return flow_filter__match(&o->filter, &s->flow.local, &s->flow.remote) &&
	       (!o->cgroup_id ||
		(sample__has(s, FIELD_cgroup_id) && s->value[FIELD_cgroup_id] == o->cgroup_id));
}

int intake__dump(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	struct intake *in = arg;
	struct inet_diag_msg msg;

	/* A TIME_WAIT socket in the disguise of its substate FIN_WAIT2 has no tcp_info. */
	if (decode(in, nlh, t0, t1, EVENT_sample) || !wanted(in))
		return 0;
	if (in->options.cgroup_id && in->options.destroy &&
	    !decode__identity(nlh, nlh->nlmsg_len, &msg) && know(in, msg.idiag_family, &msg.id))
		return in->fatal;
	return write_sample(in);
}

int intake__discovery(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	struct intake *in = arg;
	struct inet_diag_msg msg;

	if (decode__identity(nlh, nlh->nlmsg_len, &msg))
		in->malformed++;
	else if (msg.idiag_timer != TIMER_TIME_WAIT)
		return know(in, msg.idiag_family, &msg.id);
	return 0;
}

int intake__destroy(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	struct intake *in = arg;
	struct flows *flows = &in->watch->flows;
	struct flow *f = &in->sample.flow;
	struct known_flow *known;

	if (decode(in, nlh, t0, t1, EVENT_destroy))
		return 0;
	/* Without a remote port: a listener, or never connected. */
	if (!f->remote.port || !flow_filter__match(&in->options.filter, &f->local, &f->remote))
		return 0;
	known = flows__find(flows, f->cookie);
	if (in->options.cgroup_id && !known) {
		/* The message does not tell the cgroup. */
		in->unattributed++;
		return 0;
	}
	if (known)
		flows__remove(flows, known);
	return write_sample(in);
}
