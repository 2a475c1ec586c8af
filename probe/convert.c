// SPDX-License-Identifier: BSD-2-Clause
/* From a BPF program's record to a sample. */
#include "convert.h"

#include <errno.h>
#include <string.h>

#include "record.h"

_Static_assert(sizeof(((struct record *)0)->cong) == sizeof(((struct sample *)0)->cong),
	       "names of congestion controls are copied whole");

static void head_to_sample(const struct record_head *head, struct sample *s)
{
	const struct record_flow *flow = &head->flow;

	memset(&s->present, 0, sizeof(s->present));
	s->t0_ns = s->t1_ns = head->time_ns;
	s->seq = head->seq;
	s->ulp[0] = s->cong[0] = '\0';
	s->flow.cookie = flow->cookie;
	s->flow.netns = flow->netns;
	s->flow.family = flow->family;
	memcpy(s->flow.local.addr, flow->local_addr, 16);
	memcpy(s->flow.remote.addr, flow->remote_addr, 16);
	s->flow.local.port = flow->local_port;
	s->flow.remote.port = flow->remote_port;
}

static void fields_to_sample(const struct record *r, const struct field_set *have, struct sample *s)
{
	s->present = *have;
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc)                \
	s->value[FIELD_##name] = r->fields.name;
#define SOCK(name, type, unit, kind, have, expr, doc) s->value[FIELD_##name] = r->fields.name;
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)                 \
	if (r->fields.cc_info == CC_##attribute)                                                   \
		s->value[FIELD_##name] = r->fields.name;                                           \
	else                                                                                       \
		field_set__remove(&s->present, FIELD_##name);
#include "timeline/catalogue.def"
	memcpy(s->cong, r->cong, sizeof(s->cong));
	s->cong[sizeof(s->cong) - 1] = '\0';
}

int record__to_sample(const void *data, size_t size, const struct features *features, struct sample *s)
{
	static const enum sample_event events[] = {
		[RECORD_CONNECT] = EVENT_connect, [RECORD_ESTABLISHED] = EVENT_established,
		[RECORD_RTT] = EVENT_rtt,         [RECORD_STATE] = EVENT_state,
		[RECORD_POLL] = EVENT_poll,       [RECORD_SEGMENT] = EVENT_segment,
		[RECORD_MARK] = EVENT_mark,       [RECORD_TCP_INFO] = EVENT_tcp_info,
		[RECORD_BARE_MARK] = EVENT_mark,
	};
	const struct record *r = data;
	const struct record_tcp_info *info = data;

	if (size < sizeof(r->head) || r->head.type >= sizeof(events) / sizeof(events[0]))
		return -EBADMSG;
	head_to_sample(&r->head, s);
	s->event = events[r->head.type];
	if (s->event == EVENT_tcp_info) {
		if (size < sizeof(*info) || info->len > sizeof(info->bytes))
			return -EBADMSG;
		tcp_info__decode(info->bytes, info->len, features->layout, &s->present, s->value);
		return 0;
	}
	if (r->head.type == RECORD_BARE_MARK)
		return 0;
	if (size < sizeof(*r))
		return -EBADMSG;
	fields_to_sample(r, &features->fields, s);
	switch (r->head.type) {
	case RECORD_RTT:
		/* A kernel that has them by a backport: the header does not know. */
		if (features->rtt_arguments && r->fields.cb_srtt != RECORD_NO_ARGUMENT) {
			sample__set(s, FIELD_cb_mrtt, r->fields.cb_mrtt);
			sample__set(s, FIELD_cb_srtt, r->fields.cb_srtt);
		}
		break;
	case RECORD_STATE:
		sample__set(s, FIELD_old_state, r->fields.old_state);
		sample__set(s, FIELD_new_state, r->fields.new_state);
		if (r->fields.new_state == 7) /* TCP_CLOSE */
			s->event = EVENT_close;
		break;
	case RECORD_SEGMENT:
		sample__set(s, FIELD_seg_seq, r->fields.seg_seq);
		sample__set(s, FIELD_seg_end_seq, r->fields.seg_end_seq);
		sample__set(s, FIELD_seg_ack_seq, r->fields.seg_ack_seq);
		break;
	}
	return 0;
}
