/* SPDX-License-Identifier: MPL-2.0
 *
 * A mutex and its one condition, on the monotonic clock.
 */
#include "samtale/base/lock.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct lock {
	pthread_mutex_t mutex;
	pthread_cond_t told;
};

int lock_new(struct lock **ret)
{
	struct lock *l = calloc(1, sizeof(*l));
	pthread_condattr_t monotonic;

	if (!l)
		return fault_here(ENOMEM);
	pthread_mutex_init(&l->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&l->told, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*ret = l;
	return 0;
}

struct lock *lock_free(struct lock *l)
{
	if (!l)
		return NULL;
	pthread_cond_destroy(&l->told);
	pthread_mutex_destroy(&l->mutex);
	free(l);
	return NULL;
}

void lock_take(struct lock *l)
{
	pthread_mutex_lock(&l->mutex);
}

void lock_leave(struct lock *l)
{
	pthread_mutex_unlock(&l->mutex);
}

int64_t lock_deadline(int64_t in_ms)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + in_ms;
}

bool lock_wait(struct lock *l, int64_t deadline)
{
	const struct timespec until = { .tv_sec = (time_t)(deadline / 1000),
		.tv_nsec = (long)(deadline % 1000) * 1000000 };

	return pthread_cond_timedwait(&l->told, &l->mutex, &until) != ETIMEDOUT;
}

void lock_tell(struct lock *l)
{
	pthread_cond_broadcast(&l->told);
}
