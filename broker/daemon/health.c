/* SPDX-License-Identifier: MPL-2.0
 *
 * /healthz: the process turns. /readyz: it can do its work, or says what is in the way.
 * The store is asked anew at most once a second, whoever asks how often.
 */
#include "broker.h"
#include "recorder.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/session/gateway.h"
#include "samtale/session/json.h"
#include "samtale/store/stats.h"

#include <stdlib.h>
#include <sys/statvfs.h>

#define DISK_LEAST_BYTES ((uint64_t)32 * 1024 * 1024)

void health_alive(struct http_exchange *x)
{
	http_answer(x, &(struct http_answer){ .status = 200,
			       .type = "text/plain; charset=utf-8",
			       .body = BYTES_LIT("ok\n") });
}

static bool disk_is_fine(const struct broker *b)
{
	struct statvfs st;

	return statvfs(b->place->folder, &st) == 0 && !(st.f_flag & ST_RDONLY) &&
	       (uint64_t)st.f_bavail * st.f_frsize >= DISK_LEAST_BYTES;
}

static bool certificate_is_fine(const struct broker *b)
{
	const struct settings *s = &b->place->settings;
	struct certificate_sentence sentence;
	const char *origin = listener_origin(b->listener), *host = strstr(origin, "//");
	char name[256];
	size_t len;

	if (s->listener_socket[0])
		return true;
	host = host ? host + 2 : origin;
	len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	if (!bytes_to_str(bytes_of(host, len), name, sizeof(name)))
		return false;
	return certificate_check(&(struct certificate_files){ s->listener_certificate,
					 s->listener_private_key, name },
		       clock_utc_ms(), &sentence) != CERTIFICATE_E_BAD;
}

enum phone_trunk broker_trunk(const struct broker *b)
{
	enum phone_trunk t = house_trunk_state(b->house);

	/* Off is what nobody has set up; one whose gateway is away is down. */
	return t == PHONE_TRUNK_OFF && b->place->settings.phone_server[0]
		       ? PHONE_TRUNK_DOWN
		       : t;
}

/* "ok", or why what staff wants to read is refused. */
static const char *record_word(const struct broker *b)
{
	struct recorder_figures f;

	recorder_figures(b->recorder, &f);
	return !f.is_up ? "away" : f.is_refusing ? "full" : "ok";
}

static void answer(struct broker *b, struct http_exchange *x)
{
	char buf[256];
	struct jout o = jout_of(buf, sizeof(buf));
	const char *trunk = phone_trunk_name(broker_trunk(b)), *record = record_word(b);
	bool store = b->ready.store_answers, disk = disk_is_fine(b),
	     certificate = certificate_is_fine(b),
	     ready = store && disk && certificate && strcmp(record, "ok") == 0 &&
		     !b->stopping;

	jout_object(&o, NULL);
	jout_bool(&o, "ready", ready);
	jout_bool(&o, "store", store);
	jout_bool(&o, "disk", disk);
	jout_bool(&o, "certificate", certificate);
	jout_str(&o, "record", record);
	/* Said, not counted: without its telephone the broker still serves everybody. */
	jout_str(&o, "trunk", trunk);
	jout_bool(&o, "stopping", b->stopping);
	jout_end_object(&o);
	http_answer(x, &(struct http_answer){ .status = ready ? 200 : 503,
			       .type = "application/json",
			       .body = jout_bytes(&o) });
}

struct question {
	struct desk_task task;
	struct broker *b;
	struct http_exchange *x;
};

static int ask_store(struct desk_task *t, struct store *s)
{
	char value[META_VALUE_MAX + 1];
	int r = s->meta->get(s, "ready", value);

	(void)t;
	return r == STORE_E_NONE ? 0 : fault_fold(r);
}

static void answered(struct desk_task *t, int result)
{
	struct question *q = container_of(t, struct question, task);

	q->b->ready.store_answers = result == 0;
	q->b->ready.at_ms = loop_now_ms();
	answer(q->b, q->x);
	free(q);
}

void health_ready(struct broker *b, struct http_exchange *x)
{
	struct question *q;

	if (b->ready.at_ms > 0 && loop_now_ms() - b->ready.at_ms < MS_SECOND) {
		answer(b, x);
		return;
	}
	q = calloc(1, sizeof(*q));
	if (q) {
		*q = (struct question){
			.b = b, .x = x, .task = { .ask = ask_store, .answer = answered }
		};
		if (desk_put(b->desk, &q->task) == 0)
			return;
	}
	free(q);
	b->ready.store_answers = false;
	answer(b, x);
}
