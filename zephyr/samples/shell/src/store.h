/* Modules in RAM, each under a name. */
#ifndef STORE_H_
#define STORE_H_

#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest name, its zero among them. */
#define STORE_NAME_BYTES 24

struct stored {
	char name[STORE_NAME_BYTES];
	/* NULL if there is no module here. */
	uint8_t *bytes;
	size_t count;
	/* How many threads run it. */
	unsigned int users;
};

/* Memory for a module that will be put, or NULL. */
uint8_t *store_allocate(size_t count);
void store_free(uint8_t *bytes);

/* Puts a module that was allocated here, instead of one of the same name. -EBUSY if that runs, -ENOSPC if there are too
 * many. */
int store_put(const char *name, uint8_t *bytes, size_t count);

/* Whether a module of this name may come: as store_put(). */
int store_may_put(const char *name);

/* -ENOENT if there is none, -EBUSY if it runs. */
int store_remove(const char *name);

/* A module stays as long as somebody uses it. NULL if there is none. */
struct stored *store_use(const char *name);
void store_unuse(struct stored *stored);

/* The module at a place, if there is one there. */
const struct stored *store_at(size_t place);

#endif
