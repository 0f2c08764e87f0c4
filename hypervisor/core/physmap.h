/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What hypercalls may do to a guest-physical map (private to core/).  A frame
 * is found and unmapped in one step under the map's lock: of two CPUs that race
 * for one guest frame only one gets it, so none is ever released twice.
 */
#ifndef CORE_PHYSMAP_H
#define CORE_PHYSMAP_H

#include <hv/p2m.h>
#include <hv/types.h>

/* Sets of enum p2m_type. */
#define TYPES_OWN_RAM	  (1u << P2M_RAM | 1u << P2M_RAM_RO)
#define TYPES_REPLACEABLE (1u << P2M_NONE | TYPES_OWN_RAM | 1u << P2M_SHARED)
#define TYPES_GRANT	  (1u << P2M_GRANT_RW | 1u << P2M_GRANT_RO)
#define TYPES_REMOVABLE	  (TYPES_OWN_RAM | 1u << P2M_SHARED | 1u << P2M_FOREIGN)

/* p2m_set, but -XEN_EINVAL unless every old entry's type is in @over. */
int p2m_set_over(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type,
		 uint32_t over);
/* Unmap one page whose type is in @types and say what it was; the references
 * that came with it are the caller's now.  -XEN_ENOENT for a hole, -XEN_EINVAL
 * for another type, -XEN_ENOMEM if a superpage could not be split. */
int p2m_take(struct domain *d, gfn_t gfn, uint32_t types, mfn_t *mfn, enum p2m_type *type);

/* Map @mfn where the guest asked for it.  -XEN_EINVAL when the range is bad or
 * holds a grant, a foreign page or the APIC page; RAM found there stays the
 * domain's but is no longer mapped, as in Xen. */
static inline int physmap_add(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order,
			      enum p2m_type type)
{
	return p2m_set_over(d, gfn, mfn, order, type, TYPES_REPLACEABLE);
}

/* Take a reference on a page that @d has mapped and owns itself (RAM, or a page
 * that it shares with the hypervisor). -XEN_EINVAL. */
int physmap_get_own(struct domain *d, gfn_t gfn, bool write, mfn_t *mfn);
/* Unmap and free one page of the domain's own RAM. -XEN_EINVAL, -XEN_ENOENT. */
int physmap_free_page(struct domain *d, gfn_t gfn);
/* Make room at @gfn: own RAM is freed, hypervisor pages are unhooked, foreign
 * pages given back; a grant is refused with -XEN_EINVAL. */
int physmap_make_hole(struct domain *d, gfn_t gfn);
/* A hypervisor page moved: unmap it at @old, if it still is there. */
void physmap_unhook(struct domain *d, uint64_t old, mfn_t mfn);
/* XENMEM_remove_from_physmap: unmap without freeing. -XEN_ENOENT for a hole. */
int physmap_remove(struct domain *d, gfn_t gfn);

#endif
