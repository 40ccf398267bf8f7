/* SPDX-License-Identifier: MPL-2.0
 *
 * From the server's name to addresses, best first (RFC 3263 without NAPTR, for the
 * transport is a setting): SRV where no port is given, then A records of each target. The
 * old list stays until a new one is complete.
 */
#include "trunk_inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define SRV_MAX 8

struct trunk_lookup {
	struct trunk *t;
	struct dns_query *query;
	struct {
		char name[256];
		uint16_t port;
	} srv[SRV_MAX];
	unsigned count, next;
	struct trunk_targets found;
	bool running;
};

static void ask_next(struct trunk_lookup *l);

static void finish(struct trunk_lookup *l)
{
	l->running = false;
	if (l->found.count)
		trunk_resolved(l->t, &l->found);
	else
		trunk_unresolved(l->t);
}

struct adding {
	struct trunk_lookup *l;
	uint16_t port;
};

static bool add_address(struct dnsrr *rr, void *arg)
{
	const struct adding *a = arg;
	struct trunk_targets *f = &a->l->found;

	if (f->count == TRUNK_TARGETS)
		return true;
	if (rr->type == DNS_TYPE_A)
		sa_set_in(&f->list[f->count++], rr->rdata.a.addr, a->port);
	else if (rr->type == DNS_TYPE_AAAA)
		sa_set_in6(&f->list[f->count++], rr->rdata.aaaa.addr, a->port);
	return false;
}

static void on_address(int err, const struct dnshdr *hdr, struct list *answers,
	struct list *authorities, struct list *additional, void *arg)
{
	struct trunk_lookup *l = arg;
	struct adding a = { l, l->srv[l->next].port };
	(void)err;
	(void)hdr;
	(void)authorities;
	(void)additional;

	(void)dns_rrlist_apply2(answers, NULL, DNS_TYPE_A, DNS_TYPE_AAAA, DNS_CLASS_IN,
		false, add_address, &a);
	l->next++;
	ask_next(l);
}

static void ask_next(struct trunk_lookup *l)
{
	const uint16_t type =
		sa_af(&l->t->local) == AF_INET6 ? DNS_TYPE_AAAA : DNS_TYPE_A;

	for (; l->next < l->count; l->next++)
		if (dnsc_query(&l->query, l->t->dns, l->srv[l->next].name, type,
			    DNS_CLASS_IN, true, on_address, l) == 0)
			return;
	finish(l);
}

static bool add_srv(struct dnsrr *rr, void *arg)
{
	struct trunk_lookup *l = arg;

	if (l->count == SRV_MAX)
		return true;
	if (bytes_to_str(bytes_str(rr->rdata.srv.target), l->srv[l->count].name,
		    sizeof(l->srv[0].name)) &&
		rr->rdata.srv.port)
		l->srv[l->count++].port = rr->rdata.srv.port;
	return false;
}

static void ask_host_itself(struct trunk_lookup *l)
{
	l->srv[0].port = sip_transp_port(l->t->tp, l->t->port);
	l->count = bytes_to_str(
		bytes_str(l->t->host), l->srv[0].name, sizeof(l->srv[0].name));
}

static void on_srv(int err, const struct dnshdr *hdr, struct list *answers,
	struct list *authorities, struct list *additional, void *arg)
{
	struct trunk_lookup *l = arg;
	(void)err;
	(void)hdr;
	(void)authorities;
	(void)additional;

	dns_rrlist_sort(answers, DNS_TYPE_SRV, (size_t)rand_u32());
	(void)dns_rrlist_apply(
		answers, NULL, DNS_TYPE_SRV, DNS_CLASS_IN, false, add_srv, l);
	if (!l->count)
		ask_host_itself(l);
	ask_next(l);
}

void trunk_lookup_start(struct trunk_lookup *l)
{
	static const char *const service[] = {
		[SIP_TRANSP_UDP] = "_sip._udp",
		[SIP_TRANSP_TCP] = "_sip._tcp",
		[SIP_TRANSP_TLS] = "_sips._tcp",
	};
	const struct trunk *t = l->t;
	char name[256];

	if (l->running)
		return;
	l->count = l->next = 0;
	l->found.count = 0;

	struct sa literal;
	if (sa_set_str(&literal, t->host, sip_transp_port(t->tp, t->port)) == 0) {
		l->found.list[l->found.count++] = literal;
		finish(l);
		return;
	}
	l->running = true;
	struct writer w = writer_of(name, sizeof(name) - 1);
	write_fmt(&w, "%s.%s", service[t->tp], t->host);
	if (!t->port && writer_ok(&w)) {
		name[w.len] = 0;
		if (dnsc_query(&l->query, t->dns, name, DNS_TYPE_SRV, DNS_CLASS_IN, true,
			    on_srv, l) == 0)
			return;
	}
	ask_host_itself(l);
	ask_next(l);
}

int trunk_lookup_new(struct trunk_lookup **ret, struct trunk *t)
{
	struct trunk_lookup *l = calloc(1, sizeof(*l));
	if (!l)
		return fault_here(ENOMEM);
	l->t = t;
	*ret = l;
	return 0;
}

struct trunk_lookup *trunk_lookup_free(struct trunk_lookup *l)
{
	if (l)
		l->query = mem_deref(l->query);
	free(l);
	return NULL;
}
