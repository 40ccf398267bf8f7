/* SPDX-License-Identifier: MPL-2.0
 *
 * The allow-lists of SDP and of candidates. A line that is not known is left out, so a
 * newer browser still gets through; a line that would weaken the talk (another transport,
 * another hash) refuses the whole. Parsing SDP in depth is where others were broken.
 */
#include "samtale/session/sdp_filter.h"

#include "samtale/base/limits.h"

/* Attributes that a browser needs from the other one, the frequent ones first. Not on it,
 * for example: crypto (keys in the clear), source-filter, identity. */
static const char *const attributes[] = { "rtcp-fb", "rtpmap", "fmtp", "extmap", "ssrc",
	"candidate", "fingerprint", "mid", "msid", "setup", "ice-ufrag", "ice-pwd",
	"ice-options", "sendrecv", "rtcp", "rtcp-mux", "rtcp-rsize", "ssrc-group",
	"group", "bundle-only", "end-of-candidates", "extmap-allow-mixed", "imageattr",
	"inactive", "max-message-size", "maxptime", "msid-semantic", "ptime", "recvonly",
	"rid", "rtcp-mux-only", "sctp-port", "sctpmap", "sendonly", "simulcast" };

static const char *const transports[] = { "UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF",
	"UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP" };
static const char *const media[] = { "audio", "video", "application" };
static const char *const setups[] = { "actpass", "active", "passive" };
static const char *const candidate_types[] = { "host", "srflx", "prflx", "relay" };
static const char *const relay_extensions[] = { "raddr", "rport", "generation", "ufrag",
	"network-id", "network-cost", "tcptype" };

static bool is_one_of(struct bytes word, const char *const *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal_str(word, table[i]))
			return true;
	return false;
}
#define IS_ONE_OF(word, table) is_one_of((word), (table), ARRAY_LEN(table))

static struct bytes skip(struct bytes b, size_t n)
{
	return bytes_of(b.at + n, b.len - n);
}

/* Cuts off everything up to the first `end`, which is skipped. */
static struct bytes cut(struct bytes *left, uint8_t end)
{
	const uint8_t *at = left->len ? memchr(left->at, end, left->len) : NULL;
	size_t n = at ? (size_t)(at - left->at) : left->len;
	struct bytes head = bytes_of(left->at, n);

	*left = skip(*left, at ? n + 1 : n);
	return head;
}

static bool starts_with(struct bytes b, const char *prefix)
{
	size_t n = strlen(prefix);

	return b.len >= n && memcmp(b.at, prefix, n) == 0;
}

/* -- candidates -------------------------------------------------------------------- */

/* The extension pairs behind the type. In relay mode only known ones pass, because any
 * other may hold an address, and the related address, which is the sender's own, is
 * blanked as RFC 8445 (5.1.1.3) lets agents do. */
static void write_extensions(struct bytes left, bool relay_only, struct writer *out)
{
	while (left.len > 0) {
		struct bytes name = cut(&left, ' '), value = cut(&left, ' ');

		if (relay_only && !IS_ONE_OF(name, relay_extensions))
			continue;
		if (relay_only && bytes_equal_str(name, "raddr"))
			value = BYTES_LIT("0.0.0.0");
		else if (relay_only && bytes_equal_str(name, "rport"))
			value = BYTES_LIT("0");
		write_u8(out, ' ');
		write_bytes(out, name);
		write_u8(out, ' ');
		write_bytes(out, value);
	}
}

static bool is_printable(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < 0x20 || b.at[i] > 0x7e)
			return false;
	return true;
}

int candidate_filter(struct bytes line, bool relay_only, struct writer *out)
{
	struct bytes left = line, type;
	uint64_t number;

	if (line.len > LIMIT_CANDIDATE || !is_printable(line) ||
		!starts_with(line, "candidate:"))
		return CANDIDATE_E_DROP;
	for (int i = 0; i < 6;
		i++) { /* foundation component transport priority address port */
		struct bytes word = cut(&left, ' ');
		bool is_number = i == 1 || i == 3 || i == 5;

		if (word.len == 0 ||
			(is_number && !bytes_to_u64(word, UINT32_MAX, &number)))
			return CANDIDATE_E_DROP;
	}
	if (!bytes_equal_str(cut(&left, ' '), "typ"))
		return CANDIDATE_E_DROP;
	type = cut(&left, ' ');
	if (!IS_ONE_OF(type, candidate_types) ||
		(relay_only && !bytes_equal_str(type, "relay")))
		return CANDIDATE_E_DROP;
	write_bytes(out, bytes_of(line.at, (size_t)(type.at - line.at) + type.len));
	write_extensions(left, relay_only, out);
	return 0;
}

/* -- session descriptions ---------------------------------------------------------- */

struct sdp {
	struct writer *out;
	bool relay_only;
	bool has_fingerprint, has_setup, has_ufrag;
};

static void write_line(struct sdp *s, struct bytes line)
{
	write_bytes(s->out, line);
	write_bytes(s->out, BYTES_LIT("\r\n"));
}

/* o=<user> <id> <version> IN IP4 <address>. In relay mode the address becomes the one
 * that browsers write by themselves. */
static bool pass_origin(struct sdp *s, struct bytes line)
{
	struct bytes left = skip(line, 2);

	if (!s->relay_only) {
		write_line(s, line);
		return true;
	}
	write_str(s->out, "o=");
	for (int i = 0; i < 3; i++) {
		struct bytes word = cut(&left, ' ');

		if (word.len == 0)
			return false;
		write_bytes(s->out, word);
		write_u8(s->out, ' ');
	}
	write_line(s, BYTES_LIT("IN IP4 127.0.0.1"));
	return starts_with(left, "IN IP");
}

/* m=<media> <port> <proto> <formats>. In relay mode the port becomes 9, the form that
 * stands for "see the candidates", as the address beside it becomes 0.0.0.0. */
static bool pass_media(struct sdp *s, struct bytes line)
{
	struct bytes left = skip(line, 2), kind = cut(&left, ' '), port = cut(&left, ' ');
	struct bytes formats = left, transport = cut(&left, ' ');
	uint64_t number;

	if (!IS_ONE_OF(kind, media) || !IS_ONE_OF(transport, transports) ||
		!bytes_to_u64(port, UINT16_MAX, &number) || left.len == 0)
		return false;
	if (!s->relay_only || number == 0) {
		write_line(s, line);
		return true;
	}
	write_str(s->out, "m=");
	write_bytes(s->out, kind);
	write_str(s->out, " 9 ");
	write_line(s, formats);
	return true;
}

static void pass_candidate(struct sdp *s, struct bytes line)
{
	size_t before = s->out->len;

	write_str(s->out, "a=");
	if (candidate_filter(skip(line, 2), s->relay_only, s->out) == 0)
		write_str(s->out, "\r\n");
	else
		s->out->len = before;
}

/* a=<name>[:<value>] */
static bool pass_attribute(struct sdp *s, struct bytes line)
{
	struct bytes value = skip(line, 2), name = cut(&value, ':');

	if (!IS_ONE_OF(name, attributes))
		return true;
	if (bytes_equal_str(name, "fingerprint")) {
		if (!starts_with(value, "sha-256 "))
			return false;
		s->has_fingerprint = true;
	} else if (bytes_equal_str(name, "setup")) {
		if (!IS_ONE_OF(value, setups))
			return false;
		s->has_setup = true;
	} else if (bytes_equal_str(name, "ice-ufrag")) {
		s->has_ufrag = true;
	} else if (bytes_equal_str(name, "candidate")) {
		pass_candidate(s, line);
		return true;
	} else if (s->relay_only && bytes_equal_str(name, "rtcp")) {
		return true; /* an address; rtcp-mux makes it meaningless */
	}
	write_line(s, line);
	return true;
}

static bool pass_line(struct sdp *s, struct bytes line)
{
	if (line.len < 2 || line.at[1] != '=' || !is_printable(line))
		return false;
	switch (line.at[0]) {
	case 'm':
		return pass_media(s, line);
	case 'a':
		return pass_attribute(s, line);
	case 'c':
		if (!starts_with(line, "c=IN IP"))
			return false;
		write_line(s, s->relay_only ? BYTES_LIT("c=IN IP4 0.0.0.0") : line);
		return true;
	case 'o':
		return pass_origin(s, line);
	case 'v':
	case 's':
	case 't':
	case 'b':
		write_line(s, line);
		return true;
	default:
		return true;
	}
}

int sdp_filter(struct bytes sdp, bool relay_only, struct writer *out)
{
	struct sdp s = { .out = out, .relay_only = relay_only };
	struct bytes left = sdp;
	unsigned lines = 0;

	if (sdp.len > LIMIT_SDP || !starts_with(sdp, "v=0\r\n"))
		return SDP_E_BAD;
	while (left.len > 0) {
		struct bytes line = cut(&left, '\n');

		if (++lines > LIMIT_SDP_LINES || line.len == 0 ||
			line.at[line.len - 1] != '\r' ||
			!pass_line(&s, bytes_of(line.at, line.len - 1)))
			return SDP_E_BAD;
	}
	if (sdp.at[sdp.len - 1] != '\n' || !writer_ok(out))
		return SDP_E_BAD;
	return s.has_fingerprint && s.has_setup && s.has_ufrag ? 0 : SDP_E_BAD;
}
