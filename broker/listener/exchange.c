/* SPDX-License-Identifier: MPL-2.0
 *
 * Requests and answers. A request that passed every rule is answered from the built-in
 * pages or becomes an exchange, which belongs to whoever is to answer it and outlives the
 * client; a request that did not pass is answered here, in one line, and ends its
 * connection. A connection has one request at a time: a second one before the answer to
 * the first is out closes it.
 */
#include "head.h"
#include "room.h"
#include "rules.h"

#include <assert.h>
#include <stdlib.h>

#define PIECE       ((size_t)16384) /* one TLS record */
#define PAGE_COPIED ((size_t)8192)  /* small pages leave in one write with their head */
#define DISCARD_MAX ((uint64_t)256 * 1024)

struct http_exchange {
	struct conn *c; /* NULL when the client left */
	enum http_method method;
	struct bytes path, headers[HTTP_HEADER_ID_COUNT];
	struct net_prefix client;
	bool is_own;
	bool handed_up; /* the body is whole; the hook has it */
	size_t body_len, body_cap;
	uint8_t *body;
	char text[];
};

/* -- answers ---------------------------------------------------------------------------
 */
static void close_soon(struct conn *c)
{
	(void)shutdown(lws_get_socket_fd(c->wsi), SHUT_RDWR);
	conn_phase(c, PHASE_CLOSING);
}

static void send_answer(struct conn *c, struct head *head, struct bytes body, bool copied)
{
	struct writer w = writer_of(c->l->scratch, HEAD_MAX);
	size_t body_room;

	c->close_after = c->close_after || c->l->stopping;
	head->close = c->close_after;
	head->hsts_seconds = c->l->hsts_seconds;
	head_write(&w, head);
	copied = copied || body.len <= PAGE_COPIED;
	body_room = copied ? body.len : 0;
	c->out = writer_ok(&w) ? malloc(w.len + body_room) : NULL;
	if (!c->out) {
		close_soon(c);
		return;
	}
	memcpy(c->out, w.at, w.len);
	if (body_room > 0)
		memcpy(c->out + w.len, body.at, body.len);
	c->out_len = w.len + body_room;
	c->out_at = 0;
	c->page = copied ? BYTES_NULL : body;
	conn_phase(c, PHASE_ANSWER);
	lws_callback_on_writable(c->wsi);
}

static int refusal_status(enum refusal why)
{
	static const int status[] = {
#define REFUSAL(id, http, code, sentence) http,
#include "samtale/listener/refusals.def"
#undef REFUSAL
	};

	return status[why];
}

static struct bytes refusal_body(enum refusal why, char *buf, size_t cap)
{
	struct writer w = writer_of(buf, cap);

	write_fmt(&w, "{\"error\":\"%s\"}", refusal_code(why));
	return writer_bytes(&w);
}

/* What goes with a refusal, for those who can do something about it. */
static void add_advice(struct head *head, enum refusal why)
{
	static const struct http_header allow = { "Allow",
		{ (const uint8_t *)"GET, HEAD, POST, PATCH", 22 } };
	static const struct http_header later = { "Retry-After",
		{ (const uint8_t *)"5", 1 } };

	if (why == REFUSED_METHOD)
		head->headers = &allow;
	else if (why == REFUSED_PREFIX)
		head->headers = &later;
	head->header_count = head->headers ? 1 : 0;
}

int exchange_refuse(struct conn *c, enum refusal why)
{
	char text[64];
	struct bytes body = refusal_body(why, text, sizeof(text));
	struct writer w = writer_of(c->l->scratch + LWS_PRE, HEAD_MAX);
	struct head head = { .status = refusal_status(why),
		.type = "application/json",
		.length = body.len,
		.close = true,
		.hsts_seconds = c->l->hsts_seconds };

	refused(c->l, why);
	add_advice(&head, why);
	head_write(&w, &head);
	write_bytes(&w, body);
	if (writer_ok(&w))
		(void)lws_write(c->wsi, w.at, w.len, LWS_WRITE_HTTP);
	conn_phase(c, PHASE_CLOSING);
	return -1;
}

static void serve_page(struct conn *c, const struct asset *a, const struct request *r)
{
	struct head head = { .status = 200,
		.type = a->type,
		.etag = a->etag,
		.vary_encoding = true,
		.cache = a->immutable ? "public, max-age=31536000, immutable"
				      : "no-cache" };
	struct bytes body = pages_form(a, r->accept_encoding, &head.encoding);

	head.length = body.len;
	if (rule_etag(r->headers[HTTP_IF_NONE_MATCH], a->etag)) {
		head.status = 304;
		head.type = head.encoding = NULL;
		body = BYTES_NULL;
	}
	if (r->method == HTTP_HEAD)
		body = BYTES_NULL;
	if (!c->has_ticket)
		tls_give_ticket(lws_get_ssl(c->wsi));
	c->has_ticket = true;
	send_answer(c, &head, body, false);
}

/* -- the library's side
 * ------------------------------------------------------------------ */
static struct http_exchange *exchange_free(struct http_exchange *x)
{
	free(x->body);
	free(x);
	return NULL;
}

static struct bytes moved(struct bytes view, const char *from, const char *to)
{
	return view.at ? bytes_of(to + (view.at - (const uint8_t *)from), view.len)
		       : view;
}

static struct http_exchange *exchange_new(struct conn *c, const struct request *r)
{
	struct http_exchange *x = calloc(1, sizeof(*x) + r->text_len);

	if (!x)
		return NULL;
	x->c = c;
	x->method = r->method;
	x->client = c->client;
	x->is_own = c->is_own;
	memcpy(x->text, r->text, r->text_len);
	x->path = moved(r->path, r->text, x->text);
	for (unsigned i = 0; i < HTTP_HEADER_ID_COUNT; i++)
		x->headers[i] = moved(r->headers[i], r->text, x->text);
	x->body_cap = (size_t)r->body_len;
	x->body = x->body_cap > 0 ? malloc(x->body_cap) : NULL;
	if (x->body_cap > 0 && !x->body)
		return exchange_free(x);
	return x;
}

static void hand_up(struct conn *c)
{
	c->x->handed_up = true;
	lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
	conn_phase(c, PHASE_THINK);
	c->l->hooks.http(c->l->hooks.arg, c->x);
}

int exchange_filter(struct conn *c)
{
	c->had_head = true;
	if (!c->x && !c->out)
		return 0;
	refused(c->l, REFUSED_PIPELINE);
	return -1;
}

int exchange_begin(struct conn *c)
{
	struct request r;
	enum refusal why = request_read(c, false, &r);
	const struct asset *page;

	lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
	if (why != REQUEST_OK) {
		/* Closing on bytes that nobody read would take the answer back: read
		 * them. */
		c->discard = r.body_len > 0 && r.body_len <= DISCARD_MAX;
		(void)exchange_refuse(c, why);
		return c->discard ? 0 : -1;
	}
	c->l->figures.requests++;
	c->close_after = r.wants_close;
	page = r.method <= HTTP_HEAD ? pages_find(&c->l->pages, r.path) : NULL;
	if (page) {
		serve_page(c, page, &r);
		return 0;
	}
	c->x = exchange_new(c, &r);
	if (!c->x)
		return -1;
	/* The library reports the end of an empty body for POST only. */
	if (r.body_len > 0 || r.method == HTTP_POST)
		conn_phase(c, PHASE_BODY);
	else
		hand_up(c);
	return 0;
}

int exchange_body(struct conn *c, struct bytes part)
{
	struct http_exchange *x = c->x;

	if (!x || x->handed_up || part.len == 0)
		return 0;
	if (part.len > x->body_cap - x->body_len)
		return -1;
	memcpy(x->body + x->body_len, part.at, part.len);
	x->body_len += part.len;
	return 0;
}

int exchange_body_end(struct conn *c)
{
	if (c->x && !c->x->handed_up) {
		hand_up(c);
		return 0;
	}
	if (!c->discard) /* it comes again when bytes follow a body that was whole */
		refused(c->l, REFUSED_PIPELINE);
	return -1;
}

/* The next piece to write; its length is 0 at the end. */
static struct bytes next_piece(const struct conn *c)
{
	struct bytes left = BYTES_NULL;

	if (c->out_at < c->out_len)
		left = bytes_of(c->out + c->out_at, c->out_len - c->out_at);
	else if (c->out_at - c->out_len < c->page.len)
		left = bytes_of(c->page.at + (c->out_at - c->out_len),
			c->page.len - (c->out_at - c->out_len));
	if (left.len > PIECE)
		left.len = PIECE;
	return left;
}

static int answered(struct conn *c)
{
	free(c->out);
	c->out = NULL;
	c->page = BYTES_NULL;
	if (c->close_after) {
		conn_phase(c, PHASE_CLOSING);
		return -1;
	}
	conn_phase(c, PHASE_HEAD);
	return lws_http_transaction_completed(c->wsi) ? -1 : 0;
}

int exchange_writable(struct conn *c)
{
	if (!c->out)
		return 0;
	for (struct bytes p = next_piece(c); p.len > 0; p = next_piece(c)) {
		/* For HTTP/1 the library writes what it is given where it is. */
		if (lws_write(c->wsi, (unsigned char *)(uintptr_t)p.at, p.len,
			    LWS_WRITE_HTTP) < 0)
			return -1;
		c->out_at += p.len;
		conn_phase(c, PHASE_ANSWER);
		if (lws_partial_buffered(c->wsi))
			return 0; /* called again when that is out */
	}
	return answered(c);
}

void exchange_gone(struct conn *c)
{
	if (c->x && c->x->handed_up)
		c->x->c = NULL;
	else if (c->x)
		(void)exchange_free(c->x);
	c->x = NULL;
	free(c->out);
	c->out = NULL;
}

/* -- the side above
 * ---------------------------------------------------------------------- */
enum http_method http_method(const struct http_exchange *x)
{
	return x->method;
}

struct bytes http_path(const struct http_exchange *x)
{
	return x->path;
}

struct bytes http_header(const struct http_exchange *x, enum http_header_id id)
{
	return x->headers[id];
}

struct bytes http_body(const struct http_exchange *x)
{
	return bytes_of(x->body, x->body_len);
}

struct net_prefix http_client(const struct http_exchange *x)
{
	return x->client;
}

bool http_is_own_network(const struct http_exchange *x)
{
	return x->is_own;
}

bool http_is_gone(const struct http_exchange *x)
{
	return !x->c;
}

void http_answer(struct http_exchange *x, const struct http_answer *answer)
{
	struct conn *c = x->c;
	struct head head = { .status = answer->status,
		.type = answer->type,
		.cache = answer->cache,
		.length = answer->body.len,
		.headers = answer->headers,
		.header_count = answer->header_count };
	struct bytes body = x->method == HTTP_HEAD ? BYTES_NULL : answer->body;

	assert(x->handed_up);
	(void)exchange_free(x);
	if (!c)
		return;
	c->x = NULL;
	send_answer(c, &head, body, true);
}
