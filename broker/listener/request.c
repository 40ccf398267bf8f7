/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads a request's head out of the library once, into one text of our own, and applies
 * every rule to it before anybody hears of the request. What libwebsockets 4.1.6 forgives
 * (two lengths, a Transfer-Encoding, a cut path, bytes hidden behind a NUL) is refused
 * here.
 */
#include "forwarded.h"
#include "room.h"
#include "rules.h"

/* Also when its value is empty, which the library's lengths do not tell from absent. */
static bool is_there(struct conn *c, enum lws_token_indexes token)
{
	char none[1];

	return lws_hdr_total_length(c->wsi, token) > 0 ||
	       lws_hdr_copy_fragment(c->wsi, none, sizeof(none), token, 0) == 0;
}

/* A header's whole value, in ret->text. Absent: BYTES_NULL. false: it does not fit, is
 * not clean, or is there twice where it may be once. */
static bool take(struct conn *c, enum lws_token_indexes token, bool once,
	struct request *ret, struct bytes *ret_value)
{
	char *at = ret->text + ret->text_len;
	size_t room = sizeof(ret->text) - ret->text_len;
	int len;

	*ret_value = BYTES_NULL;
	if (!is_there(c, token))
		return true;
	len = lws_hdr_total_length(c->wsi, token);
	if (once && len != lws_hdr_fragment_length(c->wsi, token, 0))
		return false;
	if (len < 0 || (size_t)len + 1 >= room ||
		lws_hdr_copy(c->wsi, at, (int)room, token) != len ||
		strnlen(at, room) != (size_t)len)
		return false;
	ret->text_len += (size_t)len + 1;
	*ret_value = bytes_of(at, (size_t)len);
	return rule_header_value(*ret_value);
}

/* The same for a header that the library has no name for; name ends with ':'. */
static bool take_custom(
	struct conn *c, const char *name, struct request *ret, struct bytes *ret_value)
{
	char *at = ret->text + ret->text_len;
	size_t room = sizeof(ret->text) - ret->text_len;
	int len = lws_hdr_custom_length(c->wsi, name, (int)strlen(name));

	*ret_value = BYTES_NULL;
	if (len < 0)
		return true;
	if ((size_t)len + 1 >= room ||
		lws_hdr_custom_copy(c->wsi, at, (int)room, name, (int)strlen(name)) !=
			len ||
		strnlen(at, room) != (size_t)len)
		return false;
	ret->text_len += (size_t)len + 1;
	*ret_value = bytes_of(at, (size_t)len);
	return rule_header_value(*ret_value);
}

static enum refusal read_line(struct conn *c, struct request *ret)
{
	char *path = NULL;
	int len = 0;

	switch (lws_http_get_uri_and_method(c->wsi, &path, &len)) {
	case LWSHUMETH_GET:
		ret->method = HTTP_GET;
		break;
	case LWSHUMETH_HEAD:
		ret->method = HTTP_HEAD;
		break;
	case LWSHUMETH_POST:
		ret->method = HTTP_POST;
		break;
	case LWSHUMETH_PATCH:
		ret->method = HTTP_PATCH;
		break;
	default:
		return REFUSED_METHOD;
	}
	if (!path || len <= 0 || len > LIMIT_PATH ||
		!rule_path(bytes_of(path, (size_t)len)))
		return REFUSED_PATH;
	memcpy(ret->text, path, (size_t)len);
	ret->text_len = (size_t)len;
	ret->path = bytes_of(ret->text, (size_t)len);
	if (is_there(c, WSI_TOKEN_HTTP_URI_ARGS) && len >= 4 &&
		memcmp(path, "/api", 4) == 0)
		return REFUSED_QUERY;
	return REQUEST_OK;
}

/* How long the body is: said once, in digits, or not at all. */
static enum refusal read_framing(struct conn *c, struct request *ret)
{
	bool has_body = ret->method == HTTP_POST || ret->method == HTTP_PATCH;
	struct bytes length, odd[4];

	if (is_there(c, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return REFUSED_FRAMING;
	/* A blank before the colon: the library keeps these as headers of another name.
	 */
	if (!take_custom(c, "transfer-encoding :", ret, &odd[0]) || odd[0].at ||
		!take_custom(c, "transfer-encoding\t:", ret, &odd[1]) || odd[1].at ||
		!take_custom(c, "content-length :", ret, &odd[2]) || odd[2].at ||
		!take_custom(c, "content-length\t:", ret, &odd[3]) || odd[3].at)
		return REFUSED_FRAMING;
	if (!take(c, WSI_TOKEN_HTTP_CONTENT_LENGTH, true, ret, &length))
		return REFUSED_FRAMING;
	if (!length.at)
		return has_body ? REFUSED_LENGTH : REQUEST_OK;
	if (!bytes_to_u64(length, UINT32_MAX, &ret->body_len) ||
		(!has_body && ret->body_len > 0))
		return REFUSED_FRAMING;
	return ret->body_len > LIMIT_BODY ? REFUSED_BODY : REQUEST_OK;
}

static enum refusal read_headers(struct conn *c, struct request *ret)
{
	struct bytes host, connection, version;

	if (!take(c, WSI_TOKEN_HOST, true, ret, &host) ||
		!rule_host(host, c->l->authority))
		return REFUSED_HOST;
	if (!take(c, WSI_TOKEN_CONNECTION, false, ret, &connection) ||
		!take(c, WSI_TOKEN_ORIGIN, true, ret, &ret->headers[HTTP_ORIGIN]) ||
		!take(c, WSI_TOKEN_HTTP_COOKIE, false, ret, &ret->headers[HTTP_COOKIE]) ||
		!take(c, WSI_TOKEN_HTTP_CONTENT_TYPE, true, ret,
			&ret->headers[HTTP_CONTENT_TYPE]) ||
		!take(c, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, false, ret,
			&ret->headers[HTTP_ACCEPT_LANGUAGE]) ||
		!take(c, WSI_TOKEN_HTTP_IF_NONE_MATCH, false, ret,
			&ret->headers[HTTP_IF_NONE_MATCH]) ||
		!take(c, WSI_TOKEN_HTTP_ACCEPT_ENCODING, false, ret,
			&ret->accept_encoding) ||
		!take_custom(
			c, "sec-fetch-site:", ret, &ret->headers[HTTP_SEC_FETCH_SITE]))
		return REFUSED_HEADER;
	/* A line break hidden in a path as %0a or %0d ends the library's idea of the
	 * first line there, so that no version follows it. */
	if (!take(c, WSI_TOKEN_HTTP, true, ret, &version) ||
		(!bytes_equal_str(version, "HTTP/1.1") &&
			!bytes_equal_str(version, "HTTP/1.0")))
		return REFUSED_PATH;
	/* A body is the one thing that two parsers can disagree on the end of. */
	ret->wants_close = rule_list_has(connection, "close", true) ||
			   !bytes_equal_str(version, "HTTP/1.1") ||
			   ret->method == HTTP_POST || ret->method == HTTP_PATCH;
	return REQUEST_OK;
}

/* Behind a trusted proxy every request may be another client's. */
static enum refusal read_client(struct conn *c, struct request *ret)
{
	struct net_prefix client;
	struct bytes hops;

	if (!take(c, WSI_TOKEN_X_FORWARDED_FOR, false, ret, &hops))
		return REFUSED_HEADER;
	switch (forwarded_client(
		&c->l->trusted, c->peer.bits ? &c->peer : NULL, hops, &client)) {
	case FORWARDED_DIRECT: /* counted since accept */
	case FORWARDED_UNKNOWN:
		return REQUEST_OK;
	case FORWARDED_CLIENT:
		break;
	}
	return conn_place(c, &client) ? REQUEST_OK : REFUSED_PREFIX;
}

static enum refusal read_upgrade(struct conn *c, struct request *ret)
{
	struct bytes upgrade, version, protocols, key;

	if (ret->method != HTTP_GET || ret->body_len > 0 ||
		!take(c, WSI_TOKEN_UPGRADE, true, ret, &upgrade) ||
		!rule_list_has(upgrade, "websocket", true) ||
		!take(c, WSI_TOKEN_VERSION, true, ret, &version) ||
		!bytes_equal_str(version, "13") ||
		!take(c, WSI_TOKEN_KEY, true, ret, &key) || key.len != 24 ||
		!bytes_equal_str(ret->path, c->l->ws_path))
		return REFUSED_UPGRADE;
	if (!bytes_equal_str(ret->headers[HTTP_ORIGIN], c->l->origin))
		return REFUSED_ORIGIN;
	if (!take(c, WSI_TOKEN_PROTOCOL, false, ret, &protocols) ||
		!rule_list_has(protocols, "samtale.v1", false))
		return REFUSED_SUBPROTOCOL;
	return REQUEST_OK;
}

enum refusal request_read(struct conn *c, bool upgrade, struct request *ret)
{
	enum refusal r;

	ret->text_len = 0;
	ret->body_len = 0;
	r = read_line(c, ret);
	if (r == REQUEST_OK)
		r = read_framing(c, ret);
	if (r == REQUEST_OK)
		r = read_headers(c, ret);
	if (r == REQUEST_OK && upgrade)
		r = read_upgrade(c, ret);
	if (r == REQUEST_OK)
		r = read_client(c, ret);
	return r;
}

struct bytes request_cookie(struct conn *c, struct request *ret)
{
	struct bytes cookie;

	ret->text_len = 0;
	return take(c, WSI_TOKEN_HTTP_COOKIE, false, ret, &cookie) ? cookie : BYTES_NULL;
}
