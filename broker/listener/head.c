/* SPDX-License-Identifier: MPL-2.0
 *
 * Writes the head of an answer. The policy below is the whole of it: nothing may be
 * loaded but from our own origin, nothing may frame us, no feature is on that the talk
 * does not need. autoplay, speaker-selection and clipboard-write belong to what it needs:
 * remote sound, the choice of loudspeaker, and copying a link.
 */
#include "head.h"

#include "rules.h"

/* With every answer. */
static const char always[] = "X-Content-Type-Options: nosniff\r\n"
			     "Cross-Origin-Resource-Policy: same-origin\r\n"
			     "Referrer-Policy: no-referrer\r\n";

/* What is no page can do nothing, even where somebody opens it as one. */
static const char for_others[] =
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

/* A page; a kilobyte that scripts, styles and answers of the API need not carry. */
static const char for_pages[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src "
	"'self'; "
	"connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src "
	"'self'; "
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
	"require-trusted-types-for 'script'; trusted-types 'none'\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Embedder-Policy: require-corp\r\n"
	"Permissions-Policy: camera=(self), microphone=(self), display-capture=(self), "
	"screen-wake-lock=(self), fullscreen=(self), autoplay=(self), "
	"speaker-selection=(self), clipboard-write=(self), accelerometer=(), "
	"clipboard-read=(), encrypted-media=(), gamepad=(), geolocation=(), "
	"gyroscope=(), "
	"hid=(), idle-detection=(), local-fonts=(), magnetometer=(), midi=(), "
	"payment=(), "
	"picture-in-picture=(), publickey-credentials-get=(), serial=(), "
	"storage-access=(), "
	"sync-xhr=(), usb=(), window-management=(), xr-spatial-tracking=()\r\n";

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 423, "Locked" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Answer";
}

static void write_header(struct writer *w, const char *name, const char *value)
{
	if (value)
		write_fmt(w, "%s: %s\r\n", name, value);
}

/* 304 keeps what the browser has stored with the page, so it says it again. */
static bool is_page(const struct head *head)
{
	return head->status == 304 ||
	       (head->type && strncmp(head->type, "text/html", 9) == 0);
}

void head_write(struct writer *w, const struct head *head)
{
	write_fmt(w, "HTTP/1.1 %d %s\r\n", head->status, phrase_of(head->status));
	write_header(w, "Content-Type", head->type);
	write_header(w, "Content-Encoding", head->encoding);
	/* 204 and 304 have no body by definition, and 304 no length of its own. */
	if (head->status != 204 && head->status != 304)
		write_fmt(
			w, "Content-Length: %llu\r\n", (unsigned long long)head->length);
	write_header(w, "Cache-Control", head->cache ? head->cache : "no-store");
	if (head->etag)
		write_fmt(w, "ETag: W/\"%s\"\r\n", head->etag);
	if (head->vary_encoding)
		write_str(w, "Vary: Accept-Encoding\r\n");
	if (head->close)
		write_str(w, "Connection: close\r\n");
	for (unsigned i = 0; i < head->header_count; i++) {
		if (!rule_header_out(head->headers[i].value))
			continue;
		write_str(w, head->headers[i].name);
		write_str(w, ": ");
		write_bytes(w, head->headers[i].value);
		write_str(w, "\r\n");
	}
	if (head->hsts_seconds > 0)
		write_fmt(w, "Strict-Transport-Security: max-age=%lu\r\n",
			(unsigned long)head->hsts_seconds);
	write_str(w, always);
	write_str(w, is_page(head) ? for_pages : for_others);
	write_str(w, "\r\n");
}
