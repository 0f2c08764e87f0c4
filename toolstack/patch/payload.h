/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a live patch says about itself (nacre-payload(5)), read from the bytes of
 * its file before the hypervisor sees it.  A pure function: no symbol is looked up,
 * nothing is loaded.  It is at least as strict as the hypervisor about the file's
 * shape; what depends on the running image only the hypervisor can say.
 */
#ifndef PATCH_PAYLOAD_H
#define PATCH_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/sysctl.h>

#include "patch/patch_error.h"

#define PAYLOAD_MAX_SIZE (2u << 20) /* LIVEPATCH_MAX_SIZE of Xen 4.17 */
#define PAYLOAD_ID_MAX	 64u
#define PAYLOAD_ID_HEX	 (2u * PAYLOAD_ID_MAX + 1)
#define PAYLOAD_EXPECT	 31u /* bytes of an expectation */

struct payload_id {
	uint8_t bytes[PAYLOAD_ID_MAX];
	uint32_t len; /* 1 to PAYLOAD_ID_MAX */
};

struct payload_function {
	const char *name; /* of the function that is replaced */
	uint64_t old_addr;
	uint32_t old_size, new_size;
	bool by_name;	/* the hypervisor looks it up by its name: no old_addr */
	bool by_symbol; /* old_addr is a symbol's, of another payload for example */
	bool blanks;	/* no new code: new_size bytes become no-ops */
	bool expects;	/* the first expect_len bytes of the old one have to be these */
	uint8_t expect_len, expect[PAYLOAD_EXPECT];
	uint8_t version; /* LIVEPATCH_PAYLOAD_VERSION */
};

/* .livepatch.hooks.*, in the order of payload_hook_names. */
enum payload_hook {
	HOOK_LOAD,
	HOOK_UNLOAD,
	HOOK_PRE_APPLY,
	HOOK_APPLY,
	HOOK_POST_APPLY,
	HOOK_PRE_REVERT,
	HOOK_REVERT,
	HOOK_POST_REVERT,
	NR_HOOKS
};
extern const char *const payload_hook_names[NR_HOOKS];

/* One key=value of .modinfo; pointers into the file. */
struct payload_info {
	const char *key, *value;
	size_t key_len; /* the key ends in '=', not in NUL */
};

struct payload {
	struct payload_id id, depends, xen_depends;
	struct payload_function *functions;
	struct payload_info *infos;
	uint32_t nr_functions, nr_infos;
	uint32_t nr_hooks[NR_HOOKS]; /* functions in each */
	bool has_data;		     /* once reverted it has to be uploaded anew */
	const char *foreign;	     /* a section that only other hypervisors know, or NULL */
	uint64_t loaded;	     /* bytes that it takes in the hypervisor, of all kinds */
};

/*
 * @bytes: the ELF file without a signature; must outlive @p.  0, or -1 and one line in
 * @err: the size, the ELF tables, each build-id, record, hook, string, relocation are
 * checked, and that nothing follows the file.  payload_clear() in any case.
 */
int payload_parse(const uint8_t *bytes, size_t size, struct payload *p, struct patch_error *err);
void payload_clear(struct payload *p);

/* The value of a key, NULL if it has none; @n counts where a key is repeated. */
const char *payload_value(const struct payload *p, const char *key, uint32_t n);
/* Replacing it with others is refused while it has one of the hooks that may veto. */
bool payload_vetoes(const struct payload *p);

bool payload_id_equal(const struct payload_id *a, const struct payload_id *b);
void payload_id_print(const struct payload_id *id, char hex[PAYLOAD_ID_HEX]);
/* 0, or -1: not an even number of hexadecimal digits, or too many. */
int payload_id_scan(const char *hex, struct payload_id *id);

/* A name that the hypervisor takes: printable, no spaces, at most 127 characters. */
bool payload_name_valid(const char *name);
/*
 * What to call a payload: name= of its metadata, else its file's name without folders
 * and the last suffix, as "xen-livepatch load" does.  @p may be NULL.  0 or -1.
 */
int payload_name(const struct payload *p, const char *path, char name[XEN_LIVEPATCH_NAME_SIZE],
		 struct patch_error *err);

#endif
