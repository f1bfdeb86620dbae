/* SPDX-License-Identifier: MIT */
/* The file of a store: made whole under another name, opened, told apart. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/system-error.h"
#include "store/internal.h"
#include "store/schema.h"

/* What SQLite keeps beside a file. */
static const char *const companions[] = {"", "-wal", "-shm", "-journal"};

/* ---- Rows about the store -------------------------------------------------------- */

static struct row_key meta_key(const char *name)
{
	return (struct row_key){
		TABLE_META, bytes_string(""), bytes_string(name)};
}

enum row_result store_meta(
	struct run_store *store, const char *name, struct text *value)
{
	const struct row_key key = meta_key(name);
	struct bytes body;
	enum row_result result = row_get(store, &key, &body);

	value->length = 0;
	if (result == ROW_FOUND)
		text_add(value, body.data, body.length);
	else
		text_add_string(value, "");
	return result;
}

bool store_put_meta(
	struct run_store *store, const char *name, const char *value)
{
	const struct row_key key = meta_key(name);

	return row_put(store, &key, bytes_string(value));
}

/* ---- Making ----------------------------------------------------------------------- */

static bool remove_file(struct run_store *store, const char *name)
{
	return unlinkat(store->directory_descriptor, name, 0) == 0 ||
		errno == ENOENT ||
		store_fail(store, "can't remove %s: %s", name,
			system_error(errno));
}

static bool remove_companions(
	struct run_store *store, const char *name, size_t from)
{
	bool ok = true;

	for (size_t i = from;
		i < sizeof(companions) / sizeof(*companions) && ok; i++) {
		struct text file = {0};

		text_add_format(&file, "%s%s", name, companions[i]);
		ok = remove_file(store, file.data);
		text_free(&file);
	}
	return ok;
}

static bool put_identity(struct run_store *store)
{
	uint32_t random;
	char identity[STORE_PREFIX_BYTES];

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return store_fail(store, "no random numbers");
	snprintf(identity, sizeof(identity), "%08" PRIx32, random);
	return store_put_meta(store, "identity", identity);
}

/* Tables and identity, at once. */
static bool fill(struct run_store *store)
{
	if (database_make_durable(store->database, store->directory) !=
		SQLITE_OK)
		return store_fail_database(store, "make");
	if (!store_change(store))
		return false;
	if (schema_create(store->database) != SQLITE_OK)
		store_fail_database(store, "make");
	else
		put_identity(store);
	return store_commit(store);
}

bool store_draft(struct run_store *store, const char *name)
{
	struct text path = {0};

	if (!remove_companions(store, name, 0))
		return false;
	text_add_format(&path, "%s/%s", store->directory, name);
	bool ok = database_open(
		path.data, DATABASE_CREATE, &store->database, &store->problem);
	text_free(&path);
	return ok && fill(store);
}

static bool sync_file(struct run_store *store, const char *name)
{
	int file = openat(store->directory_descriptor, name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool ok = file >= 0 && file_sync(file);

	if (!ok)
		store_fail(
			store, "can't sync %s: %s", name, system_error(errno));
	if (file >= 0)
		close(file);
	return ok;
}

/* A log without its store, whose file somebody removed, would be taken for the
 * new one's. */
bool store_establish(struct run_store *store, const char *name)
{
	int directory = store->directory_descriptor;

	bool keep;

	store->whole = true;
	if (!store_settle(store, &keep))
		return false;
	store->whole = false;
	if (sqlite3_close(store->database) != SQLITE_OK)
		return store_fail_database(store, "close");
	store->database = NULL;
	if (!sync_file(store, name) || !remove_companions(store, name, 1) ||
		!remove_companions(store, "store.db", 1))
		return false;
	if (renameat(directory, name, directory, "store.db") != 0 ||
		!file_sync_directory(directory))
		return store_fail(
			store, "can't take its place: %s", system_error(errno));
	return true;
}

/* ---- Opening ----------------------------------------------------------------------- */

bool store_open_database(struct run_store *store, enum database_mode mode)
{
	return database_open(
		store->path, mode, &store->database, &store->problem);
}

bool store_check_version(struct run_store *store)
{
	enum schema_state state =
		schema_look(store->database, schema_steps, SCHEMA_VERSION);

	switch (state) {
	case SCHEMA_NEWER:
		return store_fail(store,
			"it is of version %d, made by a newer leat than this, "
			"which knows version %d",
			(int)database_number(
				store->database, "PRAGMA user_version", 0),
			SCHEMA_VERSION);
	case SCHEMA_OLDER:
		if (!store->writer)
			return store_fail(store,
				"it is of an older version; `leat run` makes "
				"it one of version %d",
				SCHEMA_VERSION);
		if (schema_migrate(store->database, schema_steps,
			    SCHEMA_VERSION) != SQLITE_OK)
			return store_fail_database(store, "migrate");
		break;
	case SCHEMA_UNREADABLE: return store_fail_database(store, "read");
	case SCHEMA_FOREIGN:
	case SCHEMA_CURRENT: break;
	}
	if (state == SCHEMA_FOREIGN || !schema_is_ours(store->database))
		return store_fail_damage(
			store, "it isn't a run store, or is damaged");
	return true;
}

static bool set_prefixes(struct run_store *store, const char *identity)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return store_fail(store, "no random numbers");
	snprintf(store->prefix, sizeof(store->prefix), ".leat-%.8s-", identity);
	snprintf(store->own_prefix, sizeof(store->own_prefix),
		".leat-%.8s-%08" PRIx32 "-", identity, random);
	return true;
}

bool store_read_identity(struct run_store *store)
{
	struct text identity = {0};
	bool ok = false;
	enum row_result result = store_meta(store, "identity", &identity);

	if (result == ROW_FOUND && identity.length == 8)
		ok = set_prefixes(store, identity.data);
	else if (result != ROW_FAILED)
		store_fail_damage(store, "its identity is missing");
	text_free(&identity);
	return ok;
}

const char *store_temporary_prefix(const struct run_store *store)
{
	return store->own_prefix;
}
