/* SPDX-License-Identifier: MPL-2.0
 *
 * Whatever a client may send: the first byte says in which role, the rest is the message.
 * What was decoded is inside of its limits, and what would be passed on is JSON again
 * that holds the same.
 */
#include "samtale/session/message.h"

#include "fuzz.h"

static void check_candidates(const struct message_signal *s)
{
	static uint8_t buffer[4 * LIMIT_WS_MESSAGE];
	struct jout o = jout_of(buffer, sizeof(buffer));
	struct jin in;

	jout_object(&o, NULL);
	jout_array(&o, "c");
	for (size_t i = 0; i < s->candidates; i++) {
		PROMISE(s->candidate[i].line.len <= LIMIT_CANDIDATE);
		PROMISE(s->candidate[i].mid.len <= LIMIT_MID);
		PROMISE(s->candidate[i].mline <= LIMIT_MLINES);
		jout_object(&o, NULL);
		jout_text(&o, "line", s->candidate[i].line);
		jout_end_object(&o);
	}
	jout_end_array(&o);
	jout_end_object(&o);
	PROMISE(jout_ok(&o));
	PROMISE(jin_open(&in, jout_bytes(&o), sizeof(buffer)) == 0);
	for (size_t i = 0; i < s->candidates; i++) {
		jin_enter(&in, "c", i);
		PROMISE(bytes_equal(
			jin_text(&in, "line", 0, LIMIT_CANDIDATE), s->candidate[i].line));
		jin_leave(&in);
	}
	PROMISE(jin_ok(&in));
	jin_close(&in);
}

static void check_sas(const struct message *m)
{
	bool first = m->event.sas.step == 1;

	PROMISE(m->sas.commit.len == (first ? SAS_TEXT : 0));
	PROMISE(m->sas.fp.len == (first ? 0 : SAS_TEXT));
	PROMISE(m->sas.nonce.len == (first ? 0 : SAS_TEXT));
	PROMISE((m->from == ROLE_CITIZEN) == (m->event.sas.step == 2));
}

static void check(const struct message *m)
{
	PROMISE(m->type < MESSAGE_COUNT);
	PROMISE(m->from != ROLE_NOBODY || m->type == MESSAGE_HELLO);
	PROMISE(m->event.kind <= MEETING_EV_COUNT);
	switch (m->type) {
	case MESSAGE_HELLO:
		PROMISE(m->hello.build.len >= 1 && m->hello.build.len <= LIMIT_BUILD);
		PROMISE(m->hello.role == ROLE_STAFF ||
			(m->hello.meeting > 0 && m->hello.entry > 0));
		break;
	case MESSAGE_SIGNAL:
		PROMISE(m->signal.sdp.len <= LIMIT_SDP);
		PROMISE(m->event.signal.epoch >= 1);
		check_candidates(&m->signal);
		break;
	case MESSAGE_SAS:
		check_sas(m);
		break;
	case MESSAGE_LATE:
		PROMISE(m->event.late <= 60 && m->meeting > 0);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const enum peer_role roles[] = { ROLE_NOBODY, ROLE_CITIZEN, ROLE_STAFF };
	struct message m;

	if (len == 0)
		return 0;
	if (message_decode(bytes_of(at + 1, len - 1), roles[at[0] % 3], &m) != 0)
		return 0;
	check(&m);
	message_done(&m);
	return 0;
}
