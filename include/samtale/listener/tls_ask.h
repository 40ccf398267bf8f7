/* SPDX-License-Identifier: MPL-2.0
 *
 * One question over TLS to a server whose certificate must be right: for `samtale
 * doctor`, which is as strict as the telephone gateway will be. Blocking.
 */
#pragma once

#include "samtale/base/bytes.h"

enum tls_asked {
	TLS_ASKED,       /* the question is sent; *ret_len of answer, 0: none in time */
	TLS_SILENT,      /* no handshake in time */
	TLS_NO_TLS,      /* what answers does not speak TLS 1.2 or later */
	TLS_NOT_TRUSTED, /* none of the authorities signed its certificate */
	TLS_WRONG_NAME,  /* it is for another name */
	TLS_OUT_OF_DATE, /* it is not valid now */
	TLS_NO_CA,       /* ca_file cannot be used */
};

struct tls_question {
	const char *host;    /* name or address that the certificate must be for */
	const char *ca_file; /* PEM; "": the authorities of the system */
	struct bytes text;
	int timeout_ms; /* for all of it */
};

/* fd is a connected TCP socket, non-blocking, and stays the caller's. Reads until the
 * other side is silent for a moment, closes, or cap is full. */
enum tls_asked tls_ask(int fd, const struct tls_question *q, char *ret_answer, size_t cap,
	size_t *ret_len);
