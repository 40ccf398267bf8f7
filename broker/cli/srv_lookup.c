/* SPDX-License-Identifier: MPL-2.0
 *
 * The C library asks and takes the answer apart; we put its records in order. Of one
 * priority the heavier ones come first: for a look at them all, no dice are needed.
 */
#include "srv_lookup.h"

#include <arpa/nameser.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX 4096

struct record {
	uint16_t priority, weight;
	struct srv_target target;
};

static int by_rank(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return x->priority != y->priority ? (int)x->priority - y->priority
					  : (int)y->weight - x->weight;
}

/* False: no SRV record, or "." which says that there is no such service. */
static bool read_record(ns_msg *m, int i, struct record *ret)
{
	struct reader r;
	uint16_t port;
	ns_rr rr;

	if (ns_parserr(m, ns_s_an, i, &rr) != 0 || ns_rr_type(rr) != ns_t_srv)
		return false;
	r = reader_of(bytes_of(ns_rr_rdata(rr), ns_rr_rdlen(rr)));
	ret->priority = read_u16(&r);
	ret->weight = read_u16(&r);
	port = read_u16(&r);
	if (r.bad || port == 0 ||
		ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m), r.left.at,
			ret->target.host, sizeof(ret->target.host)) < 0)
		return false;
	(void)snprintf(ret->target.port, sizeof(ret->target.port), "%u", port);
	return ret->target.host[0] && strcmp(ret->target.host, ".") != 0;
}

unsigned srv_read(struct bytes answer, struct srv_target ret[SRV_TARGETS])
{
	struct record records[SRV_TARGETS];
	unsigned n = 0;
	ns_msg m;

	if (answer.len > ANSWER_MAX || ns_initparse(answer.at, (int)answer.len, &m) != 0)
		return 0;
	for (int i = 0; i < ns_msg_count(m, ns_s_an) && n < SRV_TARGETS; i++)
		if (read_record(&m, i, &records[n]))
			n++;
	qsort(records, n, sizeof(records[0]), by_rank);
	for (unsigned i = 0; i < n; i++)
		ret[i] = records[i].target;
	return n;
}

unsigned srv_lookup(
	const char *service, const char *host, struct srv_target ret[SRV_TARGETS])
{
	uint8_t answer[ANSWER_MAX];
	char name[300];
	int n;

	(void)snprintf(name, sizeof(name), "%s.%s", service, host);
	n = res_query(name, ns_c_in, ns_t_srv, answer, sizeof(answer));
	if (n <= 0)
		return 0;
	return srv_read(
		bytes_of(answer, (size_t)n < sizeof(answer) ? (size_t)n : sizeof(answer)),
		ret);
}
