/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grant table operations as guests do them. */
#ifndef TESTS_GRANT_GUEST_H
#define TESTS_GRANT_GUEST_H

#include "hvcall.h"

#include <xen/grant_table.h>

/* A guest's page, and how many references it has. */
char *ram(struct domain *d, uint64_t gfn);
uint32_t refs_of(struct domain *d, uint64_t gfn);

/* An array of @n operations at BUF, copied in and out. */
long gop(struct vcpu *v, unsigned int cmd, void *arg, size_t len, unsigned int n);
#define GOP(v, cmd, arg) gop(v, GNTTABOP_##cmd, arg, sizeof(*(arg)), 1)

/* Shared or status frame @idx of @d's table, growing it. */
void *grant_frame_of(struct domain *d, uint32_t idx, bool status);
/* GNTST_* */
int16_t grant_map(struct vcpu *v, struct domain *granter, uint32_t ref, uint32_t flags,
		  uint64_t gfn, struct gnttab_map_grant_ref *m);
int16_t grant_unmap(struct vcpu *v, const struct gnttab_map_grant_ref *m);

#endif
