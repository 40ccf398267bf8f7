/* SPDX-License-Identifier: MPL-2.0
 * For this room only: a checked pair, ready in an SSL_CTX. */
#pragma once

#include "samtale/listener/certificate.h"

#include <openssl/ssl.h>

/* As certificate_check(); on 0 and CERTIFICATE_E_SOON the pair is in ctx. */
must_check int certificate_load(SSL_CTX *ctx, const struct certificate_files *files,
	int64_t utc_ms, struct certificate_sentence *ret);
