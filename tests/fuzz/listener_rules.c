/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of a request's head: path, Host, Origin, Accept-Encoding, If-None-Match. A
 * path that passes cannot be read in two ways, and finds a page by its exact name only.
 */
#include "pages.h"
#include "rules.h"

#include "fuzz.h"

static const struct asset assets[] = {
	{ .path = "/", .type = "text/html", .etag = "a", .identity = BYTES_INIT("one") },
	{ .path = "/j",
		.type = "text/html",
		.etag = "b",
		.identity = BYTES_INIT("two"),
		.br = BYTES_INIT("br"),
		.gzip = BYTES_INIT("gz") },
};

static bool holds(struct bytes b, const char *part)
{
	return b.len > 0 && memmem(b.at, b.len, part, strlen(part)) != NULL;
}

static void check_path(struct bytes path)
{
	static struct pages pages;
	const struct asset *a;

	if (!pages.count)
		PROMISE(pages_set(&pages, assets, ARRAY_LEN(assets)) == 0);
	a = pages_find(&pages, path);
	PROMISE(!a || bytes_equal_str(path, a->path));
	if (!rule_path(path))
		return;
	PROMISE(path.at[0] == '/' && !holds(path, "//") && !holds(path, "/../"));
	PROMISE(!holds(path, "/./") && !holds(path, "%") && !holds(path, "\\"));
	PROMISE(!holds(path, "?") && !memchr(path.at, 0, path.len));
	PROMISE(path.len == 1 || path.at[path.len - 1] != '/');
	PROMISE(path.len < 3 || memcmp(path.at + path.len - 3, "/..", 3) != 0);
}

static void check_origin(struct bytes origin)
{
	struct bytes authority = BYTES_NULL, host = BYTES_NULL;

	if (!rule_origin(origin, &authority, &host))
		return;
	PROMISE(authority.len == origin.len - 8 && host.len > 0);
	PROMISE(host.at >= authority.at &&
		host.at + host.len <= authority.at + authority.len);
	PROMISE(!holds(authority, "/") && !holds(authority, "@"));
	PROMISE(rule_host(authority, authority));
}

static void check_lists(struct bytes list)
{
	const char *encoding = NULL;
	struct bytes form = pages_form(&assets[1], list, &encoding);

	PROMISE(encoding ? bytes_equal_str(form, encoding[0] == 'b' ? "br" : "gz")
			 : bytes_equal_str(form, "two"));
	PROMISE(!pages_form(&assets[0], list, &encoding).at ? false : encoding == NULL);
	if (rule_list_has(list, "websocket", false))
		PROMISE(rule_list_has(list, "websocket", true) &&
			holds(list, "websocket"));
	if (rule_etag(list, "b"))
		PROMISE(holds(list, "*") || holds(list, "\"b\""));
	if (rule_header_out(list))
		PROMISE(rule_header_value(list));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	check_path(bytes_of(at, len));
	check_origin(bytes_of(at, len));
	check_lists(bytes_of(at, len));
	return 0;
}
