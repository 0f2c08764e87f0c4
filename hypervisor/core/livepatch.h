/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Live patches: what is shared inside core/.  The list of payloads is guarded by
 * the sysctl lock; only while all CPUs meet does anybody else change it.
 */
#ifndef CORE_LIVEPATCH_H
#define CORE_LIVEPATCH_H

#include "livepatch_elf.h"

#include <hv/list.h>
#include <hv/livepatch.h>
#include <xen/sysctl.h>

#define PATCH_ID_MAX   64u
#define PATCH_INSN_MAX 31u /* bytes that one record can change: LIVEPATCH_OPAQUE_SIZE */
#define PATCH_MAX_USES 8u

/* xen/sysctl.h, struct livepatch_func: a record of .livepatch.funcs. */
struct patch_record {
	uint64_t name, new_addr, old_addr;
	uint32_t new_size, old_size;
	uint8_t version, pad[39];
	uint8_t expect_flags; /* bit 0 enabled, 1..5 length, 6..7 reserved */
	uint8_t expect[PATCH_INSN_MAX];
};
_Static_assert(sizeof(struct patch_record) == 104, "struct livepatch_func");

struct patch_id {
	uint8_t bytes[PATCH_ID_MAX];
	uint32_t len;
};

/* One place of the running text that a payload changes. */
struct patch_site {
	const char *name;
	uint8_t *old;
	uintptr_t new;
	uint32_t old_size, new_size, len; /* @len bytes of insn go to @old */
	uint8_t insn[PATCH_INSN_MAX], saved[PATCH_INSN_MAX];
	uint8_t expect_len, expect[PATCH_INSN_MAX];
	bool applied;
};

/* A name that later payloads may use. */
struct patch_symbol {
	const char *name;
	uintptr_t value;
};

struct payload_hooks {
	livepatch_load_fn *const *load, *const *unload;
	uint32_t nr_load, nr_unload;
	livepatch_pre_fn *pre_apply, *pre_revert;
	livepatch_action_fn *apply, *revert;
	livepatch_post_fn *post_apply, *post_revert;
};

struct payload {
	struct list link;    /* all, in the order of upload */
	struct list stacked; /* applied ones, oldest first */
	char name[XEN_LIVEPATCH_NAME_SIZE];
	uint32_t state; /* LIVEPATCH_STATE_* */
	int32_t rc;
	uint32_t last_cmd;	     /* LIVEPATCH_ACTION_* that the CPUs met for, 0: none yet */
	int64_t pause_ns, gather_ns; /* of that meeting */
	bool has_data, reverted;
	struct patch_place place[NR_PATCH_KINDS];
	struct patch_site *site;
	uint32_t nr_sites;
	struct payload_hooks hooks;
	struct patch_id id, depends, xen_depends;
	const char *metadata;
	uint32_t metadata_len;
	struct patch_symbol *symbol;
	char *symbol_names;
	uint32_t nr_symbols;
	struct payload *uses[PATCH_MAX_USES]; /* whose symbols this one was linked to */
	uint32_t nr_uses, users;
};

extern struct list payload_list, payload_stack;

/* The note of a build-id (name "GNU", type 3). -XEN_EINVAL. */
int patch_note_id(const void *note, size_t len, struct patch_id *out);
int hypervisor_build_id(struct patch_id *out);
bool patch_id_equal(const struct patch_id *a, const struct patch_id *b);

/* --- livepatch_payload.c: from a file to a payload in memory ------------------- */
/* Check and place @file; the payload has a name and is on no list.  Undone on error. */
int payload_load(struct payload *p, const uint8_t *file, size_t size);
/* Give everything back and free @p. */
void payload_free(struct payload *p);

/* --- livepatch_record.c: what its sections ask for ------------------------------ */
int payload_read_records(struct payload *p, const struct patch_elf *elf);
int payload_read_hooks(struct payload *p, const struct patch_elf *elf);

/* --- livepatch_apply.c: the meeting of all CPUs --------------------------------- */
bool livepatch_busy(void);
/* Begin; the outcome comes into @p->rc. @timeout_ns: for the CPUs to meet. */
void livepatch_begin(struct payload *p, uint32_t cmd, uint32_t timeout_ns);

#endif
