// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the running kernel can tell. A listening socket of our own is looked up: inet_sk_diag_fill()
 * gives its INFO the kernel's full length whatever the state, and the same attributes that a
 * connection gets.
 */
#include "layout.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/btf.h>

#define TCP_INFO_6_18	       280 /* also 7.0's length */
#define TCP_INFO_BEFORE_SHARED 276 /* up to the bytes that the two use differently */

void layout__choose(struct kernel_layout *l, uint16_t len, enum btf_answer answer)
{
	l->tcp_info_len = len;
	l->ambiguous = len == TCP_INFO_6_18 && answer == BTF_ABSENT;
	l->decode.tcp_info_max = l->ambiguous ? TCP_INFO_BEFORE_SHARED : 0;
	/* Longer than 280 is later than 7.0. */
	l->decode.tcp_info = len > TCP_INFO_6_18 || answer == BTF_WITH_ECN_MODE
				     ? TCP_INFO_LAYOUT_7_0
				     : TCP_INFO_LAYOUT_6_18;
}

static enum btf_answer ask_btf(void)
{
	enum btf_answer answer = BTF_ABSENT;
	const struct btf_type *t;
	const struct btf_member *m;
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	if (!btf)
		return BTF_ABSENT;
	id = btf__find_by_name_kind(btf, "tcp_info", BTF_KIND_STRUCT);
	t = id > 0 ? btf__type_by_id(btf, id) : NULL;
	if (t) {
		answer = BTF_WITHOUT_ECN_MODE;
		m = btf_members(t);
		for (int i = 0; i < btf_vlen(t); i++)
			if (!strcmp(btf__name_by_offset(btf, m[i].name_off), "tcpi_ecn_mode"))
				answer = BTF_WITH_ECN_MODE;
	}
	btf__free(btf);
	return answer;
}

/* A listener on loopback; where there is no loopback address, on any, for the blink of an eye. */
static int own_listener(struct inet_diag_sockid *id)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t at_len = sizeof(at), cookie_len = sizeof(uint64_t);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;
	uint64_t cookie;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		at.sin_addr.s_addr = htonl(INADDR_ANY);
		if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
			goto error;
	}
	if (listen(fd, 0) || getsockname(fd, (struct sockaddr *)&at, &at_len) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_len))
		goto error;
	*id = (struct inet_diag_sockid){
		.idiag_sport = at.sin_port,
		.idiag_src = {at.sin_addr.s_addr},
		.idiag_cookie = {(uint32_t)cookie, (uint32_t)(cookie >> 32)},
	};
	return fd;
error:
	err = -errno;
	close(fd);
	return err;
}

/* Fields that a listener of family AF_INET does not show, but connections may. */
static void add_optional_fields(struct field_set *fields)
{
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		switch (catalogue[f].attribute) {
		case ATTRIBUTE_VEGASINFO:
		case ATTRIBUTE_DCTCPINFO:
		case ATTRIBUTE_BBRINFO:
		case ATTRIBUTE_TCLASS:
			field_set__add(fields, f);
			break;
		}
	}
}

static int learn(const struct nlmsghdr *nlh, uint64_t t0_ns, uint64_t t1_ns, void *arg)
{
	struct kernel_layout *l = arg;
	struct sample s = {.event = EVENT_sample};
	uint16_t len = decode__info_length(nlh, nlh->nlmsg_len);
	int err;

	layout__choose(l, len, len == TCP_INFO_6_18 ? ask_btf() : BTF_ABSENT);
	err = decode__message(nlh, nlh->nlmsg_len, &l->decode, 0, &s);
	l->fields = s.present;
	add_optional_fields(&l->fields);
	return err;
}

int layout__probe(struct kernel_layout *l, struct diag *d)
{
	struct inet_diag_sockid id;
	struct exact_request r;
	int fd = own_listener(&id), err;

	if (fd < 0)
		return fd;
	request__exact(&r, AF_INET, &id);
	err = diag__exact(d, &r, learn, l);
	close(fd);
	return err;
}
