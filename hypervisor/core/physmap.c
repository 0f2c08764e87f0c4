/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Changes that guests and tools make to a guest-physical map. */
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>

int physmap_free_page(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;
	mfn_t mfn;
	int rc = p2m_take(d, gfn, TYPES_OWN_RAM, &mfn, &type);

	return rc ? rc : frame_release_domain(d, mfn);
}

int physmap_get_own(struct domain *d, gfn_t gfn, bool write, mfn_t *mfn)
{
	bool own;

	if (gfn.v > P2M_MAX_GFN || !p2m_get_page(d, gfn, write, mfn))
		return -XEN_EINVAL;
	/* The map may also hold others' pages, now or since a moment ago. */
	own = frame_get(*mfn, d);
	frame_put(*mfn);
	return own ? 0 : -XEN_EINVAL;
}

int physmap_remove(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;
	mfn_t mfn;
	int rc = p2m_take(d, gfn, TYPES_REMOVABLE, &mfn, &type);

	if (!rc && type == P2M_FOREIGN)
		frame_put(mfn);
	return rc;
}

void physmap_unhook(struct domain *d, uint64_t old, mfn_t mfn)
{
	enum p2m_type type;
	mfn_t taken;

	if (p2m_get(d, mk_gfn(old), NULL, NULL).v == mfn.v)
		p2m_take(d, mk_gfn(old), 1u << P2M_SHARED, &taken, &type);
}

int physmap_make_hole(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;
	mfn_t mfn;
	int rc = p2m_take(d, gfn, TYPES_REMOVABLE, &mfn, &type);

	if (rc)
		return rc == -XEN_ENOENT ? 0 : rc;
	if (type == P2M_FOREIGN)
		frame_put(mfn);
	else if (type != P2M_SHARED)
		return frame_release_domain(d, mfn);
	return 0;
}
