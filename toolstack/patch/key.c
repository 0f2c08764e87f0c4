/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch/key.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAG_PUBLIC "nacre-ed25519-public "
#define TAG_SECRET "nacre-ed25519-secret "
#define KEY_LINE   256u
#define BASE64	   sodium_base64_VARIANT_ORIGINAL

_Static_assert(KEY_PUBLIC_BYTES == crypto_sign_ed25519_PUBLICKEYBYTES, "ed25519");
_Static_assert(KEY_SECRET_BYTES == crypto_sign_ed25519_SECRETKEYBYTES, "ed25519");
_Static_assert(KEY_ID_BYTES == crypto_hash_sha256_BYTES, "SHA-256");

static int ready(struct patch_error *err)
{
	err->text[0] = 0;
	return sodium_init() < 0 ? patch_fail(err, "libsodium does not start") : 0;
}

/* --- files ----------------------------------------------------------------------------- */

/* Only who may be trusted can have written it: @denied are mode bits. */
static int check_owner(const char *path, int fd, mode_t type, mode_t denied,
		       struct patch_error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return patch_fail(err, "%s: %s", path, strerror(errno));
	if ((st.st_mode & S_IFMT) != type)
		return patch_fail(err, "%s is no %s", path,
				  type == S_IFDIR ? "directory" : "regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return patch_fail(err, "%s belongs to user %u, neither to this one nor to root",
				  path, st.st_uid);
	if (st.st_mode & denied)
		return patch_fail(err, "%s has mode %04o: others can %s it", path,
				  st.st_mode & 07777, denied & S_IRGRP ? "read" : "write");
	return 0;
}

/* The file's only line, without its newline. */
static int read_line(const char *path, mode_t denied, char line[KEY_LINE], struct patch_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n;
	char *end;

	if (fd < 0)
		return patch_fail(err, "%s: %s", path, strerror(errno));
	if (check_owner(path, fd, S_IFREG, denied, err)) {
		close(fd);
		return -1;
	}
	n = read(fd, line, KEY_LINE - 1);
	close(fd);
	if (n < 0)
		return patch_fail(err, "%s: %s", path, strerror(errno));
	line[n] = 0;
	end = strchr(line, '\n');
	if (!end || end[1] || end + 1 != line + n)
		return patch_fail(err, "%s is no key: not exactly one line", path);
	*end = 0;
	return 0;
}

static int decode(const char *path, const char *line, const char *tag, uint8_t bytes[32],
		  struct patch_error *err)
{
	size_t len = 0;

	if (strncmp(line, tag, strlen(tag)) != 0 ||
	    sodium_base642bin(bytes, 32, line + strlen(tag), strlen(line) - strlen(tag), NULL, &len,
			      NULL, BASE64) ||
	    len != 32)
		return patch_fail(err, "%s is no key: not '%sBASE64'", path, tag);
	return 0;
}

static int write_line(const char *path, mode_t mode, const char *tag, const uint8_t bytes[32],
		      struct patch_error *err)
{
	char base64[sodium_base64_ENCODED_LEN(32, BASE64)], line[KEY_LINE];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int len;
	bool good;

	if (fd < 0)
		return patch_fail(err, "%s: %s", path, strerror(errno));
	sodium_bin2base64(base64, sizeof(base64), bytes, 32, BASE64);
	len = snprintf(line, sizeof(line), "%s%s\n", tag, base64);
	/* A mode that the umask does not change. */
	good = !fchmod(fd, mode) && write(fd, line, (size_t)len) == len && !fsync(fd);
	good = !close(fd) && good;
	sodium_memzero(base64, sizeof(base64));
	sodium_memzero(line, sizeof(line));
	if (good)
		return 0;
	patch_fail(err, "%s: %s", path, strerror(errno));
	unlink(path);
	return -1;
}

/* --- keys -------------------------------------------------------------------------------- */

/* NAME of a path that ends in NAME@suffix; false if that is no good name. */
static bool name_of(const char *path, const char *suffix, char name[KEY_NAME_MAX])
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = strlen(base), cut = strlen(suffix);

	if (len <= cut || strcmp(base + len - cut, suffix) != 0 || len - cut >= KEY_NAME_MAX)
		return false;
	for (size_t i = 0; i < len - cut; i++)
		if (!isalnum((unsigned char)base[i]) && (!i || !strchr("._-@+", base[i])))
			return false;
	memcpy(name, base, len - cut);
	name[len - cut] = 0;
	return true;
}

static void identify(struct public_key *key)
{
	crypto_hash_sha256(key->id, key->bytes, sizeof(key->bytes));
}

int key_read_public(const char *path, struct public_key *key, struct patch_error *err)
{
	char line[KEY_LINE];

	*key = (struct public_key){0};
	if (ready(err))
		return -1;
	if (!name_of(path, ".pub", key->name))
		return patch_fail(err,
				  "%s: a public key's file is called NAME.pub, of letters, "
				  "digits and ._-@+",
				  path);
	if (read_line(path, S_IWGRP | S_IWOTH, line, err) ||
	    decode(path, line, TAG_PUBLIC, key->bytes, err))
		return -1;
	identify(key);
	return 0;
}

int key_read_secret(const char *path, struct secret_key *key, struct patch_error *err)
{
	uint8_t seed[crypto_sign_ed25519_SEEDBYTES];
	char line[KEY_LINE];
	int rc;

	*key = (struct secret_key){0};
	if (ready(err))
		return -1;
	if (!name_of(path, ".key", key->public.name))
		return patch_fail(err,
				  "%s: a secret key's file is called NAME.key, of letters, "
				  "digits and ._-@+",
				  path);
	rc = read_line(path, S_IRWXG | S_IRWXO, line, err);
	if (!rc)
		rc = decode(path, line, TAG_SECRET, seed, err);
	if (!rc)
		crypto_sign_ed25519_seed_keypair(key->public.bytes, key->bytes, seed);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	identify(&key->public);
	return rc;
}

void key_forget(struct secret_key *key)
{
	sodium_memzero(key, sizeof(*key));
}

int key_generate(const char *path, struct patch_error *err)
{
	uint8_t public[KEY_PUBLIC_BYTES], secret[KEY_SECRET_BYTES];
	char name[KEY_NAME_MAX], key[PATH_MAX], pub[PATH_MAX];
	uint8_t seed[crypto_sign_ed25519_SEEDBYTES];
	int rc;

	if (ready(err))
		return -1;
	if (!name_of(path, "", name) || strlen(path) > sizeof(key) - 5)
		return patch_fail(err, "'%s' is no good name for a key: letters, digits and ._-@+",
				  path);
	snprintf(key, sizeof(key), "%s.key", path);
	snprintf(pub, sizeof(pub), "%s.pub", path);
	crypto_sign_ed25519_keypair(public, secret);
	crypto_sign_ed25519_sk_to_seed(seed, secret);
	rc = write_line(key, 0600, TAG_SECRET, seed, err);
	if (!rc) {
		rc = write_line(pub, 0644, TAG_PUBLIC, public, err);
		if (rc)
			unlink(key);
	}
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return rc;
}

/* --- a directory ---------------------------------------------------------------------------- */

static bool is_public(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 4 && !strcmp(name + len - 4, ".pub");
}

/* All of them are read, so that the answer does not depend on their order. */
static int search(const char *directory, DIR *dir, const uint8_t id[KEY_ID_BYTES],
		  struct public_key *key, struct patch_error *err)
{
	struct public_key candidate;
	struct dirent *entry;
	unsigned int nr = 0;
	int rc = 1;

	*key = (struct public_key){0};
	while ((entry = readdir(dir))) {
		char path[PATH_MAX];

		if (!is_public(entry->d_name))
			continue;
		if (++nr > KEY_MAX_IN_DIR)
			return patch_fail(err, "%s holds more than %u keys", directory,
					  KEY_MAX_IN_DIR);
		if (snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) >=
		    (int)sizeof(path))
			return patch_fail(err, "%s: too long a path", directory);
		if (key_read_public(path, &candidate, err))
			return -1;
		if (memcmp(candidate.id, id, KEY_ID_BYTES) != 0)
			continue;
		*key = candidate;
		rc = 0;
	}
	return rc;
}

int key_find(const char *directory, const uint8_t id[KEY_ID_BYTES], struct public_key *key,
	     struct patch_error *err)
{
	DIR *dir = opendir(directory);
	int rc;

	err->text[0] = 0;
	if (!dir)
		return patch_fail(err, "directory of keys %s: %s", directory, strerror(errno));
	rc = check_owner(directory, dirfd(dir), S_IFDIR, S_IWGRP | S_IWOTH, err);
	if (!rc)
		rc = search(directory, dir, id, key, err);
	closedir(dir);
	return rc;
}
