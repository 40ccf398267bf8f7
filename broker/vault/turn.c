/* SPDX-License-Identifier: MPL-2.0
 *
 * TURN credentials (draft-uberti-behave-turn-rest, what coturn speaks) and the one
 * HMAC-SHA1 in the product, which libsodium does not have.
 */
#include "samtale/vault/turn.h"

#include "parts.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

int hmac_sha1(struct bytes key, struct bytes message, uint8_t ret[20])
{
	unsigned len = 0;

	if (key.len > INT_MAX)
		return fault_here(EMSGSIZE);
	if (!HMAC(EVP_sha1(), key.at, (int)key.len, message.at, message.len, ret, &len) ||
		len != 20)
		return fault_here(ENOMEM);
	return 0;
}

int turn_password(struct bytes secret, const char *user, char ret[TURN_PASSWORD_TEXT])
{
	wiped_buf(mac, 20);
	int r = hmac_sha1(secret, bytes_str(user), mac);

	if (r < 0)
		return fault_pass(r);
	(void)sodium_bin2base64(ret, TURN_PASSWORD_TEXT, mac, sizeof(mac),
		sodium_base64_VARIANT_ORIGINAL);
	return 0;
}

int turn_credential_make(
	struct bytes secret, int64_t expires_s, struct turn_credential *ret)
{
	struct turn_credential made = { 0 };
	struct writer w = writer_of(made.user, sizeof(made.user) - 1);
	uint8_t raw[9];
	char text[16];
	int r;

	random_fill(raw, sizeof(raw));
	(void)sodium_bin2base64(text, sizeof(text), raw, sizeof(raw),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	write_fmt(&w, "%" PRId64 ":%s", expires_s, text);
	if (!writer_ok(&w))
		return fault_here(EOVERFLOW);
	r = turn_password(secret, made.user, made.password);
	if (r < 0)
		return fault_pass(r);
	*ret = made;
	return 0;
}
