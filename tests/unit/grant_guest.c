/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "grant_guest.h"

#include <criterion/criterion.h>
#include <hv/frame.h>
#include <hv/gnttab.h>

char *ram(struct domain *d, uint64_t gfn)
{
	return mfn_to_virt(p2m_get(d, mk_gfn(gfn), NULL, NULL));
}

uint32_t refs_of(struct domain *d, uint64_t gfn)
{
	return frame_table[p2m_get(d, mk_gfn(gfn), NULL, NULL).v].count;
}

long gop(struct vcpu *v, unsigned int cmd, void *arg, size_t len, unsigned int n)
{
	long rc;

	hv_put(v, BUF, arg, len * n);
	rc = hv_call(v, do_grant_table_op, cmd, BUF, n);
	hv_get(v, BUF, arg, len * n);
	return rc;
}

void *grant_frame_of(struct domain *d, uint32_t idx, bool status)
{
	mfn_t mfn;

	cr_assert_eq(gnttab_get_frame(d, idx, status, &mfn), 0);
	frame_put(mfn); /* the table's own stays */
	return mfn_to_virt(mfn);
}

int16_t grant_map(struct vcpu *v, struct domain *granter, uint32_t ref, uint32_t flags,
		  uint64_t gfn, struct gnttab_map_grant_ref *m)
{
	*m = (struct gnttab_map_grant_ref){
		.host_addr = gfn << 12, .flags = flags, .ref = ref, .dom = granter->id};
	cr_assert_eq(GOP(v, map_grant_ref, m), 0);
	return m->status;
}

int16_t grant_unmap(struct vcpu *v, const struct gnttab_map_grant_ref *m)
{
	struct gnttab_unmap_grant_ref u = {.host_addr = m->host_addr, .handle = m->handle};

	cr_assert_eq(GOP(v, unmap_grant_ref, &u), 0);
	return u.status;
}
