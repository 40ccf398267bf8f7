/* SPDX-License-Identifier: MPL-2.0
 *
 * The broker's HTTP under load: redeeming links (which also hands out the seats for all
 * that follows), signing in with a password, booking. The broker ends a connection after
 * each such answer, so the price of a line has a connection's set-up in it.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asker {
	struct conn *conn;
	unsigned number; /* the seat it asks for */
	uint64_t born_ns;
	bool busy;
};

static struct {
	const char *path;
	int (*body)(const struct seat *, char *, size_t);
	bool (*answered)(struct seat *, const char *head); /* text of the whole answer */
	bool as_staff;
	unsigned next, done;
} task;

/* -- asking ---------------------------------------------------------------------------
 */
static void ask(struct asker *a)
{
	const struct seat *s;
	char body[1024], cookie[128] = "", request[2048];
	int n;

	if (task.next == opt.count || a->conn->state != CONN_UP)
		return;
	a->number = opt.first + task.next++;
	a->born_ns = now_ns();
	a->busy = true;
	s = &opt.seats[a->number];
	n = task.body(s, body, sizeof(body));
	if (task.as_staff)
		(void)snprintf(
			cookie, sizeof(cookie), "Cookie: __Host-staff=%s\r\n", s->staff);
	n = snprintf(request, sizeof(request),
		"POST /api/v1/%s HTTP/1.1\r\nHost: localhost:%u\r\n"
		"Origin: https://localhost:%u\r\nSec-Fetch-Site: same-origin\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s",
		task.path, opt.port, opt.port, n, cookie, body);
	conn_send(a->conn, request, (size_t)n);
}

static void http_up(struct conn *c)
{
	ask(c->arg);
}

static size_t body_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? strtoul(at + 17, NULL, 10) : 0;
}

static size_t http_bytes(struct conn *c, char *at, size_t len)
{
	const char *end = memmem(at, len, "\r\n\r\n", 4);
	struct asker *a = c->arg;
	size_t whole;
	char kept;

	if (!end)
		return 0;
	at[len] = '\0';
	whole = (size_t)(end + 4 - at) + body_length(at);
	if (len < whole)
		return 0;
	kept = at[whole];
	at[whole] = '\0';
	a->busy = false;
	task.done++;
	if (strncmp(at + 9, "200", 3) == 0 && task.answered(&opt.seats[a->number], at)) {
		fig.requests++;
		sample_add(&fig.talk, now_ns() - a->born_ns);
	} else if (fig.errors++ < 3) {
		(void)fprintf(stderr, "load: %s: %.40s … %s\n", task.path, at, end);
	}
	at[whole] = kept;
	a->conn = NULL;
	conn_close(c);
	return whole;
}

static void http_lost(struct conn *c, const char *why)
{
	struct asker *a = c->arg;

	if (a->busy) {
		a->busy = false;
		task.done++;
		if (fig.errors++ < 3)
			(void)fprintf(stderr, "load: %s: connection lost: %s\n",
				task.path, why);
	}
	a->conn = NULL;
	conn_close(c);
}

static const struct wire_user http_user = { http_up, http_bytes, http_lost };

static void run(void)
{
	struct asker *askers = must_alloc(NULL, opt.at_once * sizeof(*askers));
	uint64_t from = now_ns(), deadline = from + opt.deadline_s * (uint64_t)NS_PER_S;

	if (opt.first + opt.count > opt.seat_count)
		die("load: too few seats");
	memset(askers, 0, opt.at_once * sizeof(*askers));
	cost_read(&fig.before);
	while (task.done < opt.count && now_ns() < deadline) {
		for (unsigned i = 0; i < opt.at_once; i++) {
			if (askers[i].conn || task.next == opt.count)
				continue;
			askers[i].conn = conn_new(&http_user, NULL, 0);
			askers[i].conn->arg = &askers[i];
		}
		wire_turn(now_ns() + NS_PER_S / 100);
	}
	fig.wall_s = (double)(now_ns() - from) / NS_PER_S;
	cost_read(&fig.after);
	fig.errors += opt.count - task.done;
	for (unsigned i = 0; i < opt.at_once; i++)
		conn_close(askers[i].conn);
	wire_turn(0);
	free(askers);
}

/* -- redeem ---------------------------------------------------------------------------
 */
static bool take(char *ret, size_t cap, const char *text, const char *before)
{
	const char *at = strstr(text, before);
	size_t n = at ? strcspn(at + strlen(before), "\";\r\n") : 0;

	if (n == 0 || n >= cap)
		return false;
	memcpy(ret, at + strlen(before), n);
	ret[n] = '\0';
	return true;
}

static int redeem_body(const struct seat *s, char *ret, size_t cap)
{
	return snprintf(ret, cap, "{\"token\":\"%s\"}", s->token);
}

static bool redeem_answered(struct seat *s, const char *answer)
{
	return take(s->seat, sizeof(s->seat), answer, "\"seat\":\"") &&
	       take(s->device, sizeof(s->device), answer, "__Host-device=");
}

static void write_seats(void)
{
	FILE *f = fopen(opt.seats_out, "w");

	for (unsigned i = 0; f && i < opt.count; i++) {
		const struct seat *s = &opt.seats[opt.first + i];

		(void)fprintf(f, "%s %s %s %s %s\n", s->meeting, s->token, s->staff,
			s->seat, s->device);
	}
	if (!f || fclose(f) != 0)
		die(opt.seats_out);
}

void mode_redeem(void)
{
	task.path = "link/redeem";
	task.body = redeem_body;
	task.answered = redeem_answered;
	run();
	if (opt.seats_out)
		write_seats();
}

/* -- staff ----------------------------------------------------------------------------
 */
static int sign_in_body(const struct seat *s, char *ret, size_t cap)
{
	/* prepare.c gives a password to the first eight users. */
	return snprintf(ret, cap, "{\"username\":\"bench%u\",\"password\":\"%s\"}",
		(unsigned)(s - opt.seats) % 8, opt.password);
}

static bool always(struct seat *s, const char *answer)
{
	(void)s;
	(void)answer;
	return true;
}

void mode_sign_in(void)
{
	task.path = "staff/sign-in";
	task.body = sign_in_body;
	task.answered = always;
	run();
}

static int booking_body(const struct seat *s, char *ret, size_t cap)
{
	(void)s;
	return snprintf(ret, cap,
		"{\"now\":true,\"minutes\":30,\"form\":\"video\",\"chosen_by\":"
		"\"citizen\","
		"\"way\":\"speech\",\"language\":\"da\",\"label\":\"Opfølgning\","
		"\"case_ref\":\"SAG-12-34\",\"phone\":\"20123456\"}");
}

void mode_booking(void)
{
	task.path = "staff/meetings";
	task.body = booking_body;
	task.answered = always;
	task.as_staff = true;
	run();
}
