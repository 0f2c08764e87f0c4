/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Signed payloads (nacre-payload(5)): the ELF file, then a trailer of fixed size whose
 * last part is the signature over everything before it.  So it is verified over raw
 * bytes before anything is parsed, and no byte of the file is outside of it.
 */
#ifndef PATCH_SIGNATURE_H
#define PATCH_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "patch/key.h"
#include "patch/patch_error.h"

#define SIGNATURE_BYTES	       64u
#define SIGNATURE_TRAILER_SIZE 128u
#define SIGNATURE_MAGIC	       "NACRE-SIGNATURE" /* 16 bytes with its NUL */

/* Little-endian, without gaps. */
struct signature_trailer {
	uint8_t key_id[KEY_ID_BYTES]; /* SHA-256 of the public key */
	uint64_t payload_size;	      /* bytes before the trailer */
	uint32_t version;	      /* 1 */
	uint32_t size;		      /* SIGNATURE_TRAILER_SIZE */
	char magic[16];
	uint8_t signature[SIGNATURE_BYTES]; /* ed25519 of all bytes of the file before it */
};
_Static_assert(sizeof(struct signature_trailer) == SIGNATURE_TRAILER_SIZE, "no gaps");

enum signature_verdict {
	SIGNATURE_GOOD,
	SIGNATURE_NONE,	       /* there is no trailer */
	SIGNATURE_TRUNCATED,   /* the trailer is not where or what it should be */
	SIGNATURE_UNKNOWN_KEY, /* none of the keys */
	SIGNATURE_BAD,	       /* file, trailer and key do not belong together */
	SIGNATURE_NO_KEYS,     /* the directory or a key in it cannot be used */
};

struct signature {
	size_t payload_size;	     /* of the ELF file at the start; 0 unless GOOD */
	char key_name[KEY_NAME_MAX]; /* "" if unknown */
	uint8_t key_id[KEY_ID_BYTES];
};

/* Verify @file against the public keys in @directory (KEY_DIRECTORY by default).  All
 * but SIGNATURE_GOOD have their reason in @err. */
enum signature_verdict signature_verify(const uint8_t *file, size_t size, const char *directory,
					struct signature *out, struct patch_error *err);
/*
 * Append the trailer to a payload of @size bytes: *@out is malloc'd and has
 * @size + SIGNATURE_TRAILER_SIZE bytes.  0, or -1: signed already, or no memory.
 */
int signature_sign(const uint8_t *payload, size_t size, const struct secret_key *key, uint8_t **out,
		   struct patch_error *err);
/* Size of the payload without its trailer, which is not verified; @size if there is
 * none. */
size_t signature_strip(const uint8_t *file, size_t size);
/* Word for tables and RPC: "good", "unsigned", "truncated", "unknown-key", "bad",
 * "no-keys". */
const char *signature_verdict_name(enum signature_verdict v);

#endif
