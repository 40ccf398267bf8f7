/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: is the operator's SIP server there, and does it let us in? One
 * OPTIONS (RFC 3261, 11) from a port of our own, asked the way the telephone gateway will
 * ask: the same lookup, the same transport, the same strictness about the certificate.
 */
#pragma once

#include "samtale/base/settings.h"

enum sip_by { SIP_UDP, SIP_TCP, SIP_TLS };

struct sip_target {
	char host[256]; /* name or address without brackets */
	char port[6];   /* "": by SRV, else the standard one */
	enum sip_by by;
	const char *ca_file; /* borrowed */
};
/* Of phone.server and phone.transport. False: no host with or without port. */
must_check bool sip_target_of(const struct settings *s, struct sip_target *ret);

enum sip_found {
	SIP_ANSWERS,     /* any final answer that is not one of the others */
	SIP_NO_NAME,     /* the name has no address */
	SIP_REFUSED,     /* nothing listens there */
	SIP_SILENT,      /* no answer within the time */
	SIP_STRANGE,     /* something answered that does not speak SIP */
	SIP_NO_TLS,      /* it does not speak TLS 1.2 or later */
	SIP_NOT_TRUSTED, /* its certificate is signed by nobody we trust */
	SIP_WRONG_NAME,  /* its certificate is for another name */
	SIP_OUT_OF_DATE, /* its certificate is not valid now */
	SIP_NO_CA,       /* phone.ca_file cannot be used */
	SIP_SIGN_IN,     /* 401, 407: it wants to know who we are */
	SIP_FORBIDDEN,   /* 403: it knows who we are, and will not */
	SIP_TROUBLE,     /* 5xx, 6xx */
};
struct sip_answer {
	enum sip_found found;
	unsigned status; /* of SIP_ANSWERS, SIGN_IN, FORBIDDEN, TROUBLE */
	char at[64];     /* address and port that were asked last, "" without one */
};
/* Blocks for at most timeout_ms for each address of the name, beside looking it up. */
void sip_probe(const struct sip_target *t, const struct settings *s, int timeout_ms,
	struct sip_answer *ret);
/* What follows the server's name; never NULL. */
const char *sip_found_sentence(enum sip_found found);
