#include "store.h"

#include <errno.h>
#include <string.h>
#include <zephyr/kernel.h>

K_HEAP_DEFINE(heap, CONFIG_SAMPLE_STORE_BYTES);
static K_MUTEX_DEFINE(lock);
static struct stored places[CONFIG_SAMPLE_MODULES_MAX];

static struct stored *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i].bytes != NULL && strcmp(places[i].name, name) == 0) {
			return &places[i];
		}
	}
	return NULL;
}

/* Where a module of this name goes: its predecessor's place, or a free one. */
static int place_for(const char *name, struct stored **place)
{
	*place = find(name);
	if (*place != NULL) {
		return (*place)->users > 0 ? -EBUSY : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i].bytes == NULL) {
			*place = &places[i];
			return 0;
		}
	}
	return -ENOSPC;
}

uint8_t *store_allocate(size_t count)
{
	return k_heap_aligned_alloc(&heap, 16, count, K_NO_WAIT);
}

void store_free(uint8_t *bytes)
{
	k_heap_free(&heap, bytes);
}

int store_may_put(const char *name)
{
	struct stored *place;
	int error;

	k_mutex_lock(&lock, K_FOREVER);
	error = place_for(name, &place);
	k_mutex_unlock(&lock);
	return error;
}

int store_put(const char *name, uint8_t *bytes, size_t count)
{
	struct stored *place;
	int error;

	k_mutex_lock(&lock, K_FOREVER);
	error = place_for(name, &place);
	if (error == 0) {
		store_free(place->bytes);
		strncpy(place->name, name, sizeof(place->name) - 1);
		place->name[sizeof(place->name) - 1] = '\0';
		place->bytes = bytes;
		place->count = count;
		place->users = 0;
	}
	k_mutex_unlock(&lock);
	return error;
}

int store_remove(const char *name)
{
	int error = 0;
	struct stored *stored;

	k_mutex_lock(&lock, K_FOREVER);
	stored = find(name);
	if (stored == NULL) {
		error = -ENOENT;
	} else if (stored->users > 0) {
		error = -EBUSY;
	} else {
		store_free(stored->bytes);
		stored->bytes = NULL;
	}
	k_mutex_unlock(&lock);
	return error;
}

struct stored *store_use(const char *name)
{
	struct stored *stored;

	k_mutex_lock(&lock, K_FOREVER);
	stored = find(name);
	if (stored != NULL) {
		stored->users++;
	}
	k_mutex_unlock(&lock);
	return stored;
}

void store_unuse(struct stored *stored)
{
	k_mutex_lock(&lock, K_FOREVER);
	stored->users--;
	k_mutex_unlock(&lock);
}

const struct stored *store_at(size_t place)
{
	return places[place].bytes != NULL ? &places[place] : NULL;
}
