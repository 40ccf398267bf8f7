/* SPDX-License-Identifier: MPL-2.0
 *
 * Puts the parts of a trunk together and alone decides its state. UP: the server answers
 * and knows us. A miss goes on to the next server of the look-up; after all of them it is
 * DOWN, and calls that nobody answered so far are over.
 */
#include "trunk_inside.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <errno.h>
#include <stdlib.h>

#define CLOSE_STEP_MS 20
#define CLOSE_STEPS   150 /* three seconds */
#define HASH_SIZE     256

/* -- state --------------------------------------------------------------------------- */
static void set_state(struct trunk *t, enum phone_trunk state, enum trunk_trouble trouble)
{
	static const char *const words[] = { "none", "no answer", "no address",
		"certificate", "refused" };

	if (t->state == state && (state != PHONE_TRUNK_DOWN || t->trouble == trouble))
		return;
	t->state = state;
	t->trouble = trouble;
	if (state == PHONE_TRUNK_DOWN)
		log_event(EV_TRUNK_TROUBLE, F_WORD("why", words[trouble]));
	t->hooks.state(t->hooks.arg, state,
		state == PHONE_TRUNK_DOWN ? PHONE_CAUSE_LINE_DOWN : PHONE_CAUSE_NONE);
}

void trunk_answers(struct trunk *t)
{
	if (t->closing)
		return;
	t->misses = 0;
	t->distrusted = false;
	if (!t->registrar || trunk_registrar_is_in(t->registrar))
		set_state(t, PHONE_TRUNK_UP, TRUNK_FINE);
	else if (!trunk_registrar_is_busy(t->registrar))
		trunk_registrar_start(t->registrar);
}

void trunk_silent(struct trunk *t, bool refused)
{
	if (t->closing)
		return;
	if (refused) {
		set_state(t, PHONE_TRUNK_DOWN, TRUNK_REFUSED);
		return;
	}
	if (t->registrar)
		trunk_registrar_lost(t->registrar);
	if (t->targets.count)
		t->at = (t->at + 1) % t->targets.count;
	if (++t->misses < t->targets.count) {
		set_state(t, PHONE_TRUNK_TRYING, TRUNK_FINE);
		call_line_moved(t);
		return;
	}
	set_state(t, PHONE_TRUNK_DOWN, t->distrusted ? TRUNK_NO_TRUST : TRUNK_NO_ANSWER);
	call_line_down(t);
	trunk_lookup_start(t->lookup);
}

void trunk_unresolved(struct trunk *t)
{
	/* An old list is better than none. */
	if (!t->closing && !t->targets.count)
		set_state(t, PHONE_TRUNK_DOWN, TRUNK_NO_NAME);
}

/* Where the kernel does not take it, trunk_request() is what refuses strangers; an older
 * list must not keep the new addresses out. */
static void filter(struct trunk *t)
{
	struct sources all = t->own;
	bool fits = true;
	for (unsigned i = 0; i < t->targets.count; i++)
		fits = sources_add(&all, &t->targets.list[i].u.sa) && fits;
	const int e = fits ? filter_attach(t->filter_fd, &all) : fault_here(ENOSPC);
	if (e && !t->unfiltered)
		log_event(EV_TRUNK_FILTER_FAILED, F_ERRNO(-e));
	if (e)
		filter_detach(t->filter_fd);
	t->unfiltered = e != 0;
}

void trunk_resolved(struct trunk *t, const struct trunk_targets *found)
{
	const struct sa *old = t->targets.count ? &t->targets.list[t->at] : NULL;
	unsigned at = 0;
	for (unsigned i = 0; old && i < found->count; i++)
		if (sa_cmp(&found->list[i], old, SA_ALL))
			at = i;
	const bool first = !old;
	t->targets = *found;
	t->at = at;
	filter(t);
	if (first)
		trunk_ping_now(t->ping);
}

bool trunk_route(const struct trunk *t, char ret[TRUNK_URI_MAX])
{
	if (!t->targets.count)
		return false;
	return re_snprintf(ret, TRUNK_URI_MAX, "sip:%J%s", &t->targets.list[t->at],
		       t->tp == SIP_TRANSP_UDP ? ";transport=udp"
					       : sip_transp_param(t->tp)) > 0;
}

/* -- libre's hooks ------------------------------------------------------------------- */
static void on_quiet(void *arg)
{
	struct trunk *t = arg;
	t->closed = true;
}

/* libre follows a redirection by itself, to wherever it points. This hook sees a message
 * before its transaction does, so the call is hung up first. */
static void on_trace(bool sent, enum sip_transp tp, const struct sa *src,
	const struct sa *dst, const uint8_t *packet, size_t len, void *arg)
{
	struct trunk *t = arg;
	(void)tp;
	(void)src;
	(void)dst;

	while (len && (*packet == '\r' || *packet == '\n')) {
		packet++;
		len--;
	}
	if (sent || len < 10 || memcmp(packet, "SIP/2.0 3", 9) != 0)
		return;
	struct mbuf *mb = mbuf_alloc(len);
	struct sip_msg *msg = NULL;
	if (mb && mbuf_write_mem(mb, packet, len) == 0) {
		mb->pos = 0;
		if (sip_msg_decode(&msg, mb) == 0)
			call_redirected(t, msg);
	}
	mem_deref(msg);
	mem_deref(mb);
}

/* -- making one ---------------------------------------------------------------------- */
static int open_sip(struct trunk *t, const char **ret_sentence)
{
	struct sa servers[4];
	uint32_t n = ARRAY_LEN(servers);

	if (dns_srv_get(NULL, 0, servers, &n) == 0)
		(void)dnsc_alloc(&t->dns, NULL, servers, n);
	if (t->tp == SIP_TRANSP_TLS) {
		const int e = trunk_tls_new(t, ret_sentence);
		if (e)
			return e;
	}
	if (sip_alloc(&t->sip, t->dns, HASH_SIZE, HASH_SIZE, HASH_SIZE, NULL, on_quiet,
		    t) != 0)
		return fault_here(ENOMEM);
	sip_set_trace_handler(t->sip, on_trace);
	*ret_sentence = "phone.address with phone.sip_port cannot be listened on";
	if (sip_transp_add(t->sip, t->tp, &t->local, t->tls) != 0 ||
		sip_transp_laddr(t->sip, &t->local, t->tp, &t->local) != 0)
		return TRUNK_E_SETTINGS;
	t->filter_fd = filter_find_socket(
		t->tp == SIP_TRANSP_UDP ? SOCK_DGRAM : SOCK_STREAM, sa_port(&t->local));
	if (t->filter_fd < 0)
		return fault_here(ENOTSOCK);
	/* The order is the order in which they are asked. */
	if (sip_listen(&t->first, t->sip, true, trunk_request, t) != 0 ||
		sipsess_listen(&t->sessions, t->sip, HASH_SIZE, trunk_invited, t) != 0 ||
		sip_listen(&t->last, t->sip, true, trunk_stray_request, t) != 0 ||
		sip_listen(&t->strays, t->sip, false, trunk_stray_response, t) != 0)
		return fault_here(ENOMEM);
	return 0;
}

static int make_parts(struct trunk *t)
{
	int e = trunk_lookup_new(&t->lookup, t);
	if (!e)
		e = trunk_ping_new(&t->ping, t);
	if (!e && t->s->phone_user[0])
		e = trunk_registrar_new(&t->registrar, t);
	return e;
}

int trunk_new(struct trunk **ret, const struct settings *s, struct bytes password,
	const struct trunk_hooks *hooks, const char **ret_sentence)
{
	*ret_sentence = "";
	struct trunk *t = calloc(1, sizeof(*t));
	if (!t)
		return fault_here(ENOMEM);
	t->s = s;
	t->hooks = *hooks;
	t->state = PHONE_TRUNK_TRYING;
	tmr_init(&t->closer);
	const char *wrong = password.len < sizeof(t->password)
				    ? NULL
				    : "the password of phone.user is too long";
	if (!wrong && password.len) {
		memcpy(t->password, password.at, password.len);
		t->password_len = password.len;
	}
	if (!wrong)
		wrong = trunk_read_settings(t);
	if (!wrong && !trunk_choose_local(t))
		wrong = "phone.address is no address of this host, or no network is up";
	int e = wrong ? TRUNK_E_SETTINGS : open_sip(t, &wrong);
	if (e == 0)
		e = make_parts(t);
	if (e) {
		*ret_sentence = e > 0 ? wrong : "";
		trunk_free(t);
		return e;
	}
	trunk_write_contact(t);
	trunk_lookup_start(t->lookup);
	trunk_ping_now(t->ping);
	*ret = t;
	return 0;
}

/* -- its end ------------------------------------------------------------------------- */
static void close_step(void *arg)
{
	struct trunk *t = arg;
	if (t->closed)
		return;
	if (!t->sip_closed && !t->call_count &&
		!(t->registrar && trunk_registrar_is_busy(t->registrar))) {
		t->sip_closed = true;
		sip_close(t->sip, false);
	}
	if (++t->close_steps > CLOSE_STEPS)
		t->closed = true;
	else if (!t->closed)
		tmr_start(&t->closer, CLOSE_STEP_MS, close_step, t);
}

void trunk_close(struct trunk *t)
{
	if (t->closing)
		return;
	t->closing = true;
	call_close_all(t);
	if (t->registrar)
		trunk_registrar_leave(t->registrar);
	close_step(t);
}

bool trunk_is_closed(const struct trunk *t)
{
	return t->closed;
}

struct trunk *trunk_free(struct trunk *t)
{
	if (!t)
		return NULL;
	t->closing = true;
	call_close_all(t);
	tmr_cancel(&t->closer);
	t->lookup = trunk_lookup_free(t->lookup);
	t->ping = trunk_ping_free(t->ping);
	t->registrar = trunk_registrar_free(t->registrar);
	if (t->sessions)
		sipsess_close_all(t->sessions);
	t->sessions = mem_deref(t->sessions);
	t->first = mem_deref(t->first);
	t->last = mem_deref(t->last);
	t->strays = mem_deref(t->strays);
	t->guard = mem_deref(t->guard);
	sip_close(t->sip, true);
	t->sip = mem_deref(t->sip);
	t->tls = mem_deref(t->tls);
	t->dns = mem_deref(t->dns);
	explicit_bzero(t->password, sizeof(t->password));
	free(t);
	return NULL;
}

enum phone_trunk trunk_state(const struct trunk *t)
{
	return t->state;
}

uint16_t trunk_sip_port(const struct trunk *t)
{
	return sa_port(&t->local);
}
