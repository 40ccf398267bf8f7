/* SPDX-License-Identifier: MPL-2.0
 *
 * 10,000 random mutations of a log (2,000 under a sanitizer): each is found against
 * anchors that are newer than the cut; without anchors each but a clean prefix of the
 * log, which nobody can tell from a log that ended there. SAMTALE_SEED repeats a run.
 */
#define LOG_DISK "/dev/shm" /* 20,000 files are written anew, and no power cut */
#include "log_fixture.h"
#include "mutate_log.h"

#include "samtale/audit/verify.h"

#include <sys/random.h>
#include <sys/wait.h>

#if defined(__SANITIZE_ADDRESS__)
#define MUTATIONS 2000 /* several times as slow */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MUTATIONS 2000
#endif
#endif
#ifndef MUTATIONS
#define MUTATIONS 10000
#endif
#define AT_ONCE 2

static const char *const names[MUTATION_COUNT] = { "bit", "truncate", "swap", "splice",
	"drop frame", "double line", "drop line", "clock", "cut idle", "reseal", "older",
	"go on", "delete" };

struct tally {
	unsigned tried[MUTATION_COUNT], broken[MUTATION_COUNT], by_anchor[MUTATION_COUNT];
	unsigned unsealed; /* only what no checkpoint had sealed was touched */
};

static enum verify_verdict verify(
	const struct mutable_log *m, const char *folder, const char *anchors)
{
	struct verify_parts parts = {
		.folder = folder, .anchors = &anchors, .anchor_n = anchors ? 1 : 0
	};
	struct verify_result result;

	memcpy(parts.signing, m->made.signing_public, sizeof(parts.signing));
	if (verify_log(&parts, &result) != 0)
		abort();
	return result.verdict;
}

static bool is_found(enum verify_verdict v)
{
	return v == VERIFY_BROKEN || v == VERIFY_CANNOT;
}

static bool try_one(const struct mutable_log *m, enum mutation how, struct snap *s,
	const char *anchors, struct tally *t)
{
	bool is_cut = false;

	t->tried[how]++;
	if (is_found(verify(m, m->made.folder, NULL))) {
		t->broken[how]++;
		return true;
	}
	if (!is_clean_prefix(m, s, &is_cut))
		return false;
	t->unsealed += !is_cut;
	t->by_anchor[how] += is_cut;
	return !is_cut || verify(m, m->made.folder, anchors) == VERIFY_BROKEN;
}

static int run(uint64_t seed, unsigned times, struct tally *t)
{
	struct log_place_on_disk disk;
	struct dice d = { seed };
	static struct mutable_log m;
	char anchors[128];
	unsigned missed = 0;

	disk_make(&disk);
	mutable_new(&m, disk.path);
	disk_path(&disk, "anchors", anchors);
	snap_save(&m.now, "checkpoints", anchors); /* as a log server kept them */
	assert_int_equal(verify(&m, disk.path, anchors), VERIFY_NOTABLE);
	for (unsigned i = 0; i < times; i++) {
		enum mutation how = (enum mutation)(i % MUTATION_COUNT);
		struct snap s;

		while (!mutate(&m, how, &d, &s))
			;
		snap_write(&s, &m.now, disk.path);
		if (!try_one(&m, how, &s, anchors, t)) {
			printf("missed: %s, number %u\n", names[how], i);
			missed++;
		}
		snap_write(&m.now, &s, disk.path);
		snap_drop(&s);
	}
	mutable_drop(&m);
	folder_remove(disk.path);
	return missed > 0;
}

static uint64_t seed_of_run(void)
{
	const char *text = getenv("SAMTALE_SEED");
	uint64_t seed = 0;

	if (text)
		return strtoull(text, NULL, 10);
	assert_int_equal(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	return seed >> 16;
}

static void check_tally(const struct tally *t)
{
	for (int i = 0; i < MUTATION_COUNT; i++) {
		printf("%-12s %5u: %5u broken by itself, %4u by an anchor\n", names[i],
			t->tried[i], t->broken[i], t->by_anchor[i]);
		assert_true(t->broken[i] + t->by_anchor[i] > t->tried[i] / 2);
	}
	printf("%u touched nothing that was sealed\n", t->unsealed);
	assert_true(t->by_anchor[MUTATE_OLDER] > 0 && t->by_anchor[MUTATE_GO_ON] > 0);
	assert_int_equal(
		t->broken[MUTATE_DROP_LINE] + t->broken[MUTATE_CUT_IDLE] == 0, 0);
}

static void every_mutation_is_found(void **state)
{
	uint64_t seed = seed_of_run();
	pid_t other;
	int status = 0;
	struct tally mine = { 0 };

	(void)state;
	printf("SAMTALE_SEED=%llu\n", (unsigned long long)seed);
	(void)fflush(stdout);
	other = fork();
	assert_true(other >= 0);
	if (other == 0) {
		int r = run(seed + 1, MUTATIONS / AT_ONCE, &mine);

		(void)fflush(stdout);
		_exit(r);
	}
	assert_int_equal(run(seed, MUTATIONS / AT_ONCE, &mine), 0);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	check_tally(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_mutation_is_found) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
