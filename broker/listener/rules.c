/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of rules.h. Each looks at every byte and allows by list; what is not known to
 * be harmless is refused. Nothing here allocates or keeps anything.
 */
#include "rules.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool equal_any_case(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

static bool is_path_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '~' || c == '-';
}

bool rule_path(struct bytes path)
{
	size_t segment = 0; /* bytes of the segment so far */
	bool only_dots = true;

	if (path.len == 0 || path.at[0] != '/')
		return false;
	for (size_t i = 1; i < path.len; i++) {
		if (path.at[i] == '/') {
			if (segment == 0 || (only_dots && segment <= 2))
				return false;
			segment = 0;
			only_dots = true;
		} else if (is_path_char(path.at[i])) {
			segment++;
			only_dots = only_dots && path.at[i] == '.';
		} else {
			return false;
		}
	}
	return path.len == 1 || (segment > 0 && !(only_dots && segment <= 2));
}

bool rule_header_value(struct bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((value.at[i] < 0x20 && value.at[i] != '\t') || value.at[i] == 0x7f)
			return false;
	return true;
}

bool rule_header_out(struct bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] < 0x20 || value.at[i] > 0x7e)
			return false;
	return true;
}

bool rule_host(struct bytes host, struct bytes authority)
{
	return host.len > 0 && equal_any_case(host, authority);
}

bool rule_origin(struct bytes origin, struct bytes *ret_authority, struct bytes *ret_host)
{
	static const char scheme[] = "https://";
	struct bytes authority, host;
	const uint8_t *end;

	if (origin.len <= sizeof(scheme) - 1 ||
		memcmp(origin.at, scheme, sizeof(scheme) - 1) != 0)
		return false;
	authority =
		bytes_of(origin.at + sizeof(scheme) - 1, origin.len - sizeof(scheme) + 1);
	for (size_t i = 0; i < authority.len; i++)
		if (!is_path_char(authority.at[i]) && !memchr("[]:", authority.at[i], 3))
			return false;
	if (authority.at[0] == '[') {
		end = memchr(authority.at, ']', authority.len);
		if (!end)
			return false;
		host = bytes_of(authority.at + 1, (size_t)(end - authority.at) - 1);
	} else {
		end = memchr(authority.at, ':', authority.len);
		host = bytes_of(
			authority.at, end ? (size_t)(end - authority.at) : authority.len);
	}
	if (host.len == 0)
		return false;
	*ret_authority = authority;
	*ret_host = host;
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The next part of *left up to the separator, without blanks around it. */
static struct bytes next_part(struct bytes *left, uint8_t separator)
{
	const uint8_t *at = left->len > 0 ? memchr(left->at, separator, left->len) : NULL;
	size_t len = at ? (size_t)(at - left->at) : left->len;
	struct bytes part = bytes_of(left->at, len);

	*left = at ? bytes_of(at + 1, left->len - len - 1) : bytes_of(left->at + len, 0);
	while (part.len > 0 && is_blank(part.at[0]))
		part = bytes_of(part.at + 1, part.len - 1);
	while (part.len > 0 && is_blank(part.at[part.len - 1]))
		part.len--;
	return part;
}

bool rule_list_has(struct bytes list, const char *word, bool any_case)
{
	while (list.len > 0) {
		struct bytes part = next_part(&list, ',');

		if (any_case ? equal_any_case(part, bytes_str(word))
			     : bytes_equal_str(part, word))
			return true;
	}
	return false;
}

/* "q=0", "q=0.", "q=0.000" */
static bool is_refusing(struct bytes parameter)
{
	if (parameter.len < 3 || lower(parameter.at[0]) != 'q' || parameter.at[1] != '=')
		return false;
	for (size_t i = 2; i < parameter.len; i++)
		if (parameter.at[i] != '0' && parameter.at[i] != '.')
			return false;
	return true;
}

bool rule_accepts(struct bytes accept_encoding, const char *encoding)
{
	while (accept_encoding.len > 0) {
		struct bytes part = next_part(&accept_encoding, ',');

		if (!equal_any_case(next_part(&part, ';'), bytes_str(encoding)))
			continue;
		while (part.len > 0)
			if (is_refusing(next_part(&part, ';')))
				return false;
		return true;
	}
	return false;
}

bool rule_etag(struct bytes if_none_match, const char *etag)
{
	struct bytes wanted = bytes_str(etag);

	while (if_none_match.len > 0) {
		struct bytes part = next_part(&if_none_match, ',');

		if (part.len == 1 && part.at[0] == '*')
			return true;
		if (part.len >= 2 && part.at[0] == 'W' && part.at[1] == '/')
			part = bytes_of(part.at + 2, part.len - 2);
		if (part.len == wanted.len + 2 && part.at[0] == '"' &&
			part.at[part.len - 1] == '"' &&
			bytes_equal(bytes_of(part.at + 1, wanted.len), wanted))
			return true;
	}
	return false;
}
