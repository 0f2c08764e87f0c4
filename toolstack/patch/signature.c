/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch/signature.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1u

_Static_assert(sizeof(SIGNATURE_MAGIC) == 16, "struct signature_trailer");
_Static_assert(SIGNATURE_BYTES == crypto_sign_ed25519_BYTES, "ed25519");

const char *signature_verdict_name(enum signature_verdict v)
{
	static const char *const names[] = {
		[SIGNATURE_GOOD] = "good",
		[SIGNATURE_NONE] = "unsigned",
		[SIGNATURE_TRUNCATED] = "truncated",
		[SIGNATURE_UNKNOWN_KEY] = "unknown-key",
		[SIGNATURE_BAD] = "bad",
		[SIGNATURE_NO_KEYS] = "no-keys",
	};

	return names[v];
}

static bool has_magic(const uint8_t *file, size_t size)
{
	return size >= SIGNATURE_TRAILER_SIZE &&
	       !memcmp(file + size - SIGNATURE_TRAILER_SIZE +
			       offsetof(struct signature_trailer, magic),
		       SIGNATURE_MAGIC, sizeof(SIGNATURE_MAGIC));
}

size_t signature_strip(const uint8_t *file, size_t size)
{
	return has_magic(file, size) ? size - SIGNATURE_TRAILER_SIZE : size;
}

static enum signature_verdict find_trailer(const uint8_t *file, size_t size,
					   struct signature_trailer *t, struct patch_error *err)
{
	if (!has_magic(file, size)) {
		if (memmem(file, size, SIGNATURE_MAGIC, sizeof(SIGNATURE_MAGIC))) {
			patch_fail(err, "the signature is truncated, or something follows it");
			return SIGNATURE_TRUNCATED;
		}
		patch_fail(err, "is not signed");
		return SIGNATURE_NONE;
	}
	memcpy(t, file + size - sizeof(*t), sizeof(*t));
	if (t->version != VERSION || t->size != sizeof(*t)) {
		patch_fail(err, "the signature is of version %u with %u bytes, not %u with %u",
			   t->version, t->size, VERSION, SIGNATURE_TRAILER_SIZE);
		return SIGNATURE_BAD;
	}
	if (t->payload_size != size - sizeof(*t)) {
		patch_fail(err, "is truncated or damaged: %llu bytes were signed, these are %zu",
			   (unsigned long long)t->payload_size, size - sizeof(*t));
		return SIGNATURE_TRUNCATED;
	}
	return SIGNATURE_GOOD;
}

enum signature_verdict signature_verify(const uint8_t *file, size_t size, const char *directory,
					struct signature *out, struct patch_error *err)
{
	struct signature_trailer t;
	struct public_key key;
	enum signature_verdict v;
	int rc;

	*out = (struct signature){0};
	err->text[0] = 0;
	v = find_trailer(file, size, &t, err);
	if (v != SIGNATURE_GOOD)
		return v;
	memcpy(out->key_id, t.key_id, sizeof(t.key_id));
	rc = key_find(directory, t.key_id, &key, err);
	if (rc) {
		char hex[2 * KEY_ID_BYTES + 1];

		sodium_bin2hex(hex, sizeof(hex), t.key_id, sizeof(t.key_id));
		if (rc > 0)
			patch_fail(err, "is signed by key %.16s..., which is not in %s", hex,
				   directory);
		return rc > 0 ? SIGNATURE_UNKNOWN_KEY : SIGNATURE_NO_KEYS;
	}
	memcpy(out->key_name, key.name, sizeof(key.name));
	if (crypto_sign_ed25519_verify_detached(t.signature, file, size - SIGNATURE_BYTES,
						key.bytes)) {
		patch_fail(err, "the signature by key %s is wrong: the file was changed", key.name);
		return SIGNATURE_BAD;
	}
	out->payload_size = t.payload_size;
	return SIGNATURE_GOOD;
}

int signature_sign(const uint8_t *payload, size_t size, const struct secret_key *key, uint8_t **out,
		   struct patch_error *err)
{
	struct signature_trailer t = {.payload_size = size, .version = VERSION, .size = sizeof(t)};
	uint8_t *file;

	err->text[0] = 0;
	if (has_magic(payload, size))
		return patch_fail(err, "is signed already");
	file = malloc(size + sizeof(t));
	if (!file)
		return patch_fail(err, "out of memory");
	memcpy(t.key_id, key->public.id, sizeof(t.key_id));
	memcpy(t.magic, SIGNATURE_MAGIC, sizeof(t.magic));
	memcpy(file, payload, size);
	memcpy(file + size, &t, sizeof(t));
	crypto_sign_ed25519_detached(
		file + size + offsetof(struct signature_trailer, signature), NULL, file,
		size + offsetof(struct signature_trailer, signature), key->bytes);
	*out = file;
	return 0;
}
