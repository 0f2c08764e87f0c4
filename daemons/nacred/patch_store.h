/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Payloads and policy on the disk, apart from any run of the hypervisor: DIR/NAME.payload
 * as it was uploaded, signature included, and DIR/policy.json.  A file is there whole or
 * not at all.  What a signature is worth is found out when bytes are used, not when
 * they were stored: keys come and go.
 */
#ifndef NACRED_PATCH_STORE_H
#define NACRED_PATCH_STORE_H

#include <stdint.h>
#include <xen/sysctl.h>

#include "error.h"
#include "json.h"
#include "limits.h"
#include "patch/signature.h"

#define PATCH_NAME_BYTES XEN_LIVEPATCH_NAME_SIZE

struct patch_file {
	struct patch_file *next;
	char name[PATCH_NAME_BYTES];
	struct json *facts;		/* patch_inspect.h; NULL: not looked at yet, or refused */
	enum signature_verdict verdict; /* when it was looked at */
	char key_name[KEY_NAME_MAX];
	char problem[256]; /* why it cannot be used, or "" */
};

/* An action that has begun: which set there was, and which is to be. */
struct patch_pending {
	char instance[37];	     /* the run of the hypervisor that it was begun in */
	struct json *before, *after; /* names of applied payloads, oldest first */
	struct json *wanted;	     /* what the policy is to be then */
};

struct patch_store {
	char dir[256], keys[256];
	char broken[256]; /* why nothing can be stored, or "" */
	struct patch_file *files;
	unsigned int nr_files;
	bool allow_unsigned;
	struct json *wanted;	      /* names, in the order in which they are applied */
	struct patch_pending pending; /* .after NULL: none */
};

/*
 * Read the directory that the environment names (nacred(8)), making it if need be.  What
 * cannot be used is set aside or, when that is the directory, noted in store->broken.
 * 0, or -ENOMEM.
 */
int patch_store_open(struct patch_store *store, const char *instance);
void patch_store_close(struct patch_store *store);

struct patch_file *patch_store_find(const struct patch_store *store, const char *name);
/* Letters, digits and ._+:@~- in it, not . or - in front: it names a file. 0, or -1 and @e. */
int patch_store_check_name(const char *name, struct rpc_error *e);
/* Room for one more of that name? 0, or -1 and @e. */
int patch_store_check_free(const struct patch_store *store, const char *name, struct rpc_error *e);

/* The bytes to be kept as @name: on the disk, but not in the store until committed. */
int patch_store_prepare(struct patch_store *store, const char *name, const void *bytes, size_t size,
			struct rpc_error *e);
struct patch_file *patch_store_commit(struct patch_store *store, const char *name,
				      struct rpc_error *e);
void patch_store_discard(struct patch_store *store, const char *name);
int patch_store_remove(struct patch_store *store, struct patch_file *f, struct rpc_error *e);

/* A whole regular file that is not too large for a payload: malloc'd, *@size bytes; NULL
 * and @e. */
uint8_t *patch_store_read_file(const char *path, size_t *size, struct rpc_error *e);
/* The bytes of a stored payload. */
uint8_t *patch_store_read(const struct patch_store *store, struct patch_file *f, size_t *size,
			  struct rpc_error *e);
/*
 * What the signature of @f, whose bytes these are, says: sets verdict, key_name and problem;
 * *@payload_size is the part before the signature.  0, or -1 and @e ("patch.unsigned",
 * "patch.signature") when the policy does not allow it into the hypervisor.
 */
int patch_store_judge(const struct patch_store *store, const uint8_t *bytes, size_t size,
		      struct patch_file *f, size_t *payload_size, struct rpc_error *e);

/* Write allow_unsigned, wanted and pending as they are now. 0, or -1 and @e. */
int patch_store_save_policy(const struct patch_store *store, struct rpc_error *e);
/* policy.json as a tree, for revisions too; NULL: no memory. */
struct json *patch_store_policy(const struct patch_store *store);
bool patch_store_wants(const struct patch_store *store, const char *name);
void patch_pending_clear(struct patch_pending *p);

#endif
