/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Keys for signatures of payloads (nacre-payload(5)): ed25519, one a file, as a line
 * of text.  NAME.pub is public; NAME.key is secret and must be the owner's alone.
 */
#ifndef PATCH_KEY_H
#define PATCH_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "patch/patch_error.h"

#define KEY_DIRECTORY	 "/etc/nacre/keys"
#define KEY_PUBLIC_BYTES 32u /* crypto_sign_ed25519_PUBLICKEYBYTES */
#define KEY_SECRET_BYTES 64u
#define KEY_ID_BYTES	 32u
#define KEY_NAME_MAX	 64u
#define KEY_MAX_IN_DIR	 256u

struct public_key {
	char name[KEY_NAME_MAX]; /* the file's, without ".pub" */
	uint8_t bytes[KEY_PUBLIC_BYTES];
	uint8_t id[KEY_ID_BYTES]; /* SHA-256 of the bytes */
};

struct secret_key {
	uint8_t bytes[KEY_SECRET_BYTES];
	struct public_key public;
};

/* All of them return 0, or -1 and one line in @err. */

/* Make a pair: @path.key with mode 0600 and @path.pub; neither may exist. */
int key_generate(const char *path, struct patch_error *err);
/* Refused when anybody but its owner could read it. key_forget() afterwards. */
int key_read_secret(const char *path, struct secret_key *key, struct patch_error *err);
void key_forget(struct secret_key *key);
/* Refused when anybody but its owner could write it, or the owner is neither this
 * user nor root. */
int key_read_public(const char *path, struct public_key *key, struct patch_error *err);
/* The key with that id among the .pub files of @directory, to which the same rules
 * apply.  1: there is none. */
int key_find(const char *directory, const uint8_t id[KEY_ID_BYTES], struct public_key *key,
	     struct patch_error *err);

#endif
