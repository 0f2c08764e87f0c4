/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the functions that ask nacred and wait share: from JSON to libxl's types. */
#ifndef LIBXL_QUERY_H
#define LIBXL_QUERY_H

#include "libxl_internal.h"

/* The member @key, or 0; negative numbers are 0, too large ones the largest. */
uint64_t libxl__get_u64(const struct json *v, const char *key);
uint32_t libxl__get_u32(const struct json *v, const char *key);

/* strdup() of the member @key; "" when it is no string.  NULL: no memory. */
char *libxl__get_text(const struct json *v, const char *key);

/* The member "name" is that; what has no name is called nothing, not "". */
bool libxl__is_named(const struct json *v, const char *name);

/* nacred's list of CPUs, or its word "all", into a map that is there. */
void libxl__cpus_to_bitmap(const struct json *cpus, libxl_bitmap *map);
/* The other way, an array.  NULL: no memory. */
struct json *libxl__bitmap_to_cpus(const libxl_bitmap *map);

/* The scheduler of that name, LIBXL_SCHEDULER_UNKNOWN. */
libxl_scheduler libxl__scheduler(const char *name);
const char *libxl__scheduler_name(libxl_scheduler sched); /* NULL: there is none */

/* That of the domain's pool; LIBXL_SCHEDULER_UNKNOWN after a message at @where. */
libxl_scheduler libxl__domain_scheduler(libxl_ctx *ctx, const struct libxl__where *where,
					uint32_t domid);

/*
 * calloc() for the @nr of a list that libxl gives away, one more so that no list is
 * NULL for being empty; NULL: no memory.
 */
void *libxl__list_alloc(size_t nr, size_t size);

/* Of host.info, and how many CPUs that says there may be. 0 or an error, logged. */
int libxl__host_info(libxl_ctx *ctx, struct json **info);
int libxl__host_max_cpus(const struct json *info);

/* The members "domains" of domain.list.  Logged; *@list is to be freed. */
int libxl__domains(libxl_ctx *ctx, struct json **list);

/* Object {"pool": "@poolid"}; NULL: no memory. */
struct json *libxl__pool_params(uint32_t poolid);
/* Of cpupool.list. Logged; to be freed. */
int libxl__pools(libxl_ctx *ctx, struct json **list);

#endif
