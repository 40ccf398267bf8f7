/* SPDX-License-Identifier: MPL-2.0
 *
 * Minutes say what is kept of a meeting that is over, always in the same lines, and every
 * changed byte is found.
 */
#include "store_fixture.h"

#include "samtale/store/minutes.h"

#include <errno.h>
#include <time.h>

#define MEETING 8121

static const struct key SEED = { { 4, 7 } };

struct place {
	struct folder folder;
	struct node_key *node;
	struct store *store;
	struct key_shelf *shelf;
	struct vault *vault;
	struct fixture_record record;
	struct booking row;
	struct key mk;
};

static int sign(void *arg, struct bytes minutes, struct vault_signature *ret)
{
	(void)arg;
	*ret = (struct vault_signature){ .checkpoint = "samtale-checkpoint 1 epoch" };
	return minutes_sign(&SEED, minutes, ret->checkpoint, ret->at);
}

static int up(void **state)
{
	static struct place p;
	struct vault_parts parts = { .record = fixture_record, .sign = sign };
	struct vault_use use = { VAULT_BOOK, 1, &(int64_t){ MEETING }, 1 };
	struct user mette = fixture_user("mette");
	struct meeting_keys *keys = NULL;

	p = (struct place){ .row = fixture_booking(MEETING, 1) };
	setenv("TZ", "Europe/Copenhagen", 1);
	tzset();
	assert_int_equal(secret_start(), 0);
	folder_make(&p.folder);
	p.node = fixture_node(&p.folder);
	assert_int_equal(memory_store_new(&p.store), 0);
	assert_int_equal(memory_shelf_new(&p.shelf), 0);
	parts.node = p.node;
	parts.shelf = p.shelf;
	parts.record_arg = &p.record;
	assert_int_equal(vault_new(&p.vault, &parts), 0);
	assert_int_equal(vault_create_here(p.vault, &use, BYTES_NULL, &keys), 0);
	p.mk = keys->mk;
	meeting_keys_free(keys);
	assert_int_equal(seal_text(&p.mk, SEAL_MEETING_CASE, MEETING, "Sag 12-34",
				 &p.row.case_ref),
		0);
	p.row.state = BOOKING_ENDED;
	assert_int_equal(p.store->user->add(p.store, &mette), 0);
	p.row.owner = mette.id;
	assert_int_equal(p.store->meeting->insert(p.store, &p.row), 0);
	p.record.uses = 0;
	*state = &p;
	return 0;
}

static int down(void **state)
{
	struct place *p = *state;

	vault_free(p->vault);
	memory_store_free(p->store);
	memory_shelf_free(p->shelf);
	node_key_free(p->node);
	folder_remove(&p->folder);
	return 0;
}

static struct attendance held(void)
{
	return (struct attendance){ .outcome = BOOKING_HELD,
		.level = 1,
		.chosen_by = CHOSEN_BY_CITIZEN,
		.stated = true,
		.starts_ms = NOON,
		.started_ms = NOON + 131000,
		.ended_ms = NOON + 1864000,
		.total_ms = { 0, 1260000, 0, 480000 } };
}

static void keep(struct place *p, const struct attendance *a)
{
	uint8_t plain[ATTENDANCE_BYTES_MAX], sealed[SEALED_SIZE(ATTENDANCE_BYTES_MAX)];
	struct writer w = writer_of(plain, sizeof(plain));
	struct writer s = writer_of(sealed, sizeof(sealed));

	attendance_write(&w, a);
	assert_int_equal(
		seal_field(&p->mk, SEAL_ATTENDANCE, MEETING, writer_bytes(&w), &s), 0);
	assert_int_equal(p->store->record->attendance_put(
				 p->store, MEETING, NOON, writer_bytes(&s)),
		0);
}

static int find(struct place *p, struct minutes *ret)
{
	struct minutes_ask ask = { p->store, p->vault, p->node, MEETING, 1 };

	return minutes_find(&ask, ret);
}

/* As a string. */
static const char *issued(struct place *p)
{
	static char text[MINUTES_TEXT_MAX];
	struct writer w = writer_of(text, sizeof(text) - 1);
	struct minutes m;

	assert_int_equal(find(p, &m), 0);
	assert_int_equal(minutes_issue(p->vault, &m, "Testkommunen", &w), 0);
	text[w.len] = '\0';
	return text;
}

static int check(const char *text, unsigned *ret_n)
{
	uint8_t key[SIGN_PUBLIC];

	sign_public(&SEED, key);
	return minutes_check(bytes_str(text), key, ret_n);
}

static void they_say_what_is_kept(void **state)
{
	static const char *const lines[] = {
		"samtale-minutes-1\norganisation: Testkommunen\nissued: 2",
		"\nmeeting: 8121\nnumber: 10008121\ncase: Sag 12-34\n",
		"\nplanned: 2025-12-01T13:00:00+01:00\n"
		"started: 2025-12-01T13:02:11+01:00\nended: 2025-12-01T13:31:04+01:00\n",
		"\noutcome: held\nvideo-minutes: 21 measured\naudio-minutes: 0\n"
		"phone-minutes: 8 stated\nform-chosen-by: citizen\n"
		"identity: link-and-pin\nreceipt: ",
		"\nlog: samtale-checkpoint 1 epoch\nsignature: ",
	};
	struct place *p = *state;
	struct attendance a = held();
	const char *text;
	unsigned n;

	keep(p, &a);
	text = issued(p);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_non_null(strstr(text, lines[i]));
	assert_int_equal(check(text, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(p->record.uses, 1);
}

static void what_is_not_known_is_a_dash(void **state)
{
	struct place *p = *state;
	struct attendance a = { .outcome = BOOKING_CANCELLED,
		.chosen_by = CHOSEN_BY_AUTHORITY,
		.starts_ms = NOON,
		.ended_ms = NOON };
	const char *text;

	keep(p, &a);
	assert_int_equal(
		p->store->retention->drop(p->store, RETENTION_BOOKING, MEETING), 0);
	text = issued(p);
	assert_non_null(strstr(text, "\nnumber: -\ncase: -\n"));
	assert_non_null(strstr(text, "\nstarted: -\n"));
	assert_non_null(strstr(text, "\nvideo-minutes: 0\n"));
}

static void the_receipt_is_the_citizens(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	char receipt[RECEIPT_TEXT];
	struct minutes m;

	keep(p, &a);
	receipt_make(p->node, MEETING, a.started_ms, a.ended_ms, receipt);
	assert_int_equal(find(p, &m), 0);
	assert_string_equal(m.receipt, receipt);
}

static void a_receipt_fits_as_people_say_it(void **state)
{
	static const char *const good[] = { "7F3K-20QD", "7f3k20qd", " 7F3K 2OQD ",
		"7-F-3-K-2-o-Q-D" };
	static const char *const bad[] = { "", "7F3K", "7F3K-20QE", "7F3K-20QD0", "-",
		"8F3K-20QD" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(receipt_fits("7F3K-20QD", bytes_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(receipt_fits("7F3K-20QD", bytes_str(bad[i])));
	assert_true(receipt_fits("1111-1111", BYTES_LIT("iIlL1111")));
	assert_false(receipt_fits("7F3K-20QD", bytes_of("7F3K-20QD\0", 10)));
}

static void no_value_can_add_a_line(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	const char *text;
	unsigned n;

	assert_int_equal(seal_text(&p->mk, SEAL_MEETING_CASE, MEETING,
				 "1\noutcome: no_show\r", &p->row.case_ref),
		0);
	assert_int_equal(p->store->meeting->update(p->store, &p->row), 0);
	keep(p, &a);
	text = issued(p);
	assert_non_null(strstr(text, "\ncase: 1 outcome: no_show \n"));
	assert_int_equal(check(text, &n), 0);
}

static void a_meeting_that_is_not_over_has_none(void **state)
{
	struct place *p = *state;
	struct minutes m;

	p->row.state = BOOKING_LIVE;
	assert_int_equal(p->store->meeting->update(p->store, &p->row), 0);
	assert_int_equal(find(p, &m), MINUTES_E_NOT_ENDED);
	assert_int_equal(p->record.uses, 0);
}

static void what_was_deleted_is_said_to_be_gone(void **state)
{
	struct vault_use use = { VAULT_RETENTION, 0, &(int64_t){ MEETING }, 1 };
	struct place *p = *state;
	struct attendance a = held();
	struct minutes m;

	assert_int_equal(find(p, &m), MINUTES_E_GONE);
	keep(p, &a);
	assert_int_equal(vault_forget_here(p->vault, &use, VAULT_BOTH), 0);
	assert_int_equal(find(p, &m), MINUTES_E_GONE);
	assert_int_equal(
		p->store->retention->drop(p->store, RETENTION_BOOKING, MEETING), 0);
	assert_int_equal(find(p, &m), MINUTES_E_NONE);
}

static void no_record_no_minutes(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	struct minutes m;

	keep(p, &a);
	p->record.refuse = -ENOSPC;
	assert_int_equal(find(p, &m), -ENOSPC);
}

static void every_changed_byte_is_found(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	char text[MINUTES_TEXT_MAX];
	unsigned n;

	keep(p, &a);
	(void)snprintf(text, sizeof(text), "%s", issued(p));
	for (size_t i = 0; i + 1 < strlen(text); i++) {
		text[i] ^= 1;
		assert_true(check(text, &n) >= MINUTES_E_OTHER);
		assert_int_equal(n, 0);
		text[i] ^= 1;
	}
	assert_int_equal(check(text, &n), 0);
	for (size_t len = 0; len + 1 < strlen(text); len++) {
		char piece[MINUTES_TEXT_MAX];

		(void)snprintf(piece, sizeof(piece), "%.*s", (int)len, text);
		assert_true(check(piece, &n) >= MINUTES_E_OTHER);
	}
}

static void line_ends_of_another_system_and_several_in_a_file_are_fine(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	char file[4 * MINUTES_TEXT_MAX];
	struct writer w = writer_of(file, sizeof(file) - 1);
	unsigned n;

	keep(p, &a);
	for (int i = 0; i < 2; i++) {
		for (const char *at = issued(p); *at; at++)
			write_fmt(&w, *at == '\n' ? "\r\n" : "%c", *at);
		write_str(&w, "\r\n");
	}
	file[w.len] = '\0';
	assert_int_equal(check(file, &n), 0);
	assert_int_equal(n, 2);
	write_str(&w, "samtale-minutes-1\noutcome: held\n");
	file[w.len] = '\0';
	assert_int_equal(check(file, &n), MINUTES_E_OTHER);
	assert_int_equal(n, 2);
}

static void another_key_is_told(void **state)
{
	struct place *p = *state;
	struct attendance a = held();
	uint8_t key[SIGN_PUBLIC];
	unsigned n;

	keep(p, &a);
	sign_public(&(struct key){ { 9 } }, key);
	assert_int_equal(minutes_check(bytes_str(issued(p)), key, &n), MINUTES_E_FORGED);
	assert_string_not_equal(minutes_sentence(MINUTES_E_FORGED), "");
}

#define AT(test) cmocka_unit_test_setup_teardown(test, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT(they_say_what_is_kept),
		AT(what_is_not_known_is_a_dash),
		AT(the_receipt_is_the_citizens),
		AT(a_receipt_fits_as_people_say_it),
		AT(no_value_can_add_a_line),
		AT(a_meeting_that_is_not_over_has_none),
		AT(what_was_deleted_is_said_to_be_gone),
		AT(no_record_no_minutes),
		AT(every_changed_byte_is_found),
		AT(line_ends_of_another_system_and_several_in_a_file_are_fine),
		AT(another_key_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
