/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Which fixes a build contains, written when it is built, found by its build-id.
 * A build without a manifest at hand is one of which nothing is known.
 */
#ifndef NACRE_ADVISORY_MANIFEST_H
#define NACRE_ADVISORY_MANIFEST_H

#include "host_facts.h"

struct manifests {
	struct json **items;
	size_t nr, cap;
};

/* {"format":1,"component":"hypervisor","build_id":"...","version":"...","fixes":[...]} */
bool manifest_check(const struct json *v, char *error, size_t error_len);
const char *manifest_build_id(const struct json *manifest);

/* Takes @v. False: not a manifest, or no memory. */
bool manifests_add(struct manifests *m, struct json *v);
/* All in @dir; what cannot be used is passed over: its build then has none. */
int manifests_load(struct manifests *m, const char *dir);
void manifests_free(struct manifests *m);
/* NULL when there is none of that build and component. */
const struct json *manifest_find(const struct manifests *m, const char *component,
				 const char *build_id);

/* The build-id (note NT_GNU_BUILD_ID) of a 64-bit ELF file. 0 or -errno; -ENODATA:
 * it has none. */
int elf_build_id(const char *path, char id[BUILD_ID_TEXT]);

#endif
