/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Guest-to-machine map: core policy over the vendor's nested page tables.
 * Every change flushes all CPUs that may hold the old translation before the
 * old frame can be freed.
 */
#ifndef HV_P2M_H
#define HV_P2M_H

#include <hv/spinlock.h>
#include <hv/types.h>

enum p2m_type {
	P2M_NONE,     /* hole: access is MMIO-like */
	P2M_RAM,      /* read, write, execute */
	P2M_RAM_RO,   /* read and execute; writes are discarded by crashing the guest */
	P2M_SHARED,   /* hypervisor page shared with the guest (shared_info, grant table) */
	P2M_GRANT_RW, /* mapped grant */
	P2M_GRANT_RO,
	P2M_FOREIGN, /* XENMAPSPACE_gmfn_foreign */
	P2M_APIC,    /* the local APIC page: emulated */
};

struct p2m {
	spinlock_t lock;
	mfn_t root;	      /* nested CR3, one page */
	uint64_t flush_gen;   /* bumped after each change; CPUs compare at entry */
	uint64_t max_gfn;     /* highest gfn ever mapped */
	uint64_t table_pages; /* pages of the tables */
};

/* gfns have at most this many bits: 48-bit guest-physical addresses. */
#define P2M_MAX_GFN ((1ULL << 36) - 1)

int p2m_create(struct domain *d);
/* Preemptible teardown: removes entries, drops references held by P2M_GRANT /
 * P2M_FOREIGN entries; -XEN_ERESTART to be called again. */
int p2m_teardown(struct domain *d);
void p2m_free(struct domain *d);

/* Map 2^@order frames; @gfn and @mfn aligned to it. Superpages where possible
 * (order >= 9), split on demand.  Replaces what was there (the caller owns the
 * consequences).  -XEN_ENOMEM leaves the map as it was. Takes p2m.lock. */
int p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type);
/* Unmap. */
int p2m_clear(struct domain *d, gfn_t gfn, unsigned int order);
/* What is at @gfn now; no reference. INVALID_FRAME for a hole. *@order (may be
 * NULL): size of the mapping it is in. Takes p2m.lock. */
mfn_t p2m_get(struct domain *d, gfn_t gfn, enum p2m_type *type, unsigned int *order);
/* Same and take a reference on the frame so that it cannot be freed; only RAM,
 * SHARED, GRANT, FOREIGN.  @write: refuse read-only types. False = hole. */
bool p2m_get_page(struct domain *d, gfn_t gfn, bool write, mfn_t *out);

/* --- vendor encoding (arch/x86/npt.c, arch/host) ------------------------- */
int hvm_p2m_alloc_root(struct p2m *p2m);
void hvm_p2m_free_tables(struct p2m *p2m);
/* Set one entry of @order 0, 9 or 18, splitting or building tables as needed. */
int hvm_p2m_set_entry(struct p2m *p2m, gfn_t gfn, mfn_t mfn, unsigned int order,
		      enum p2m_type type);
/* Walk. Returns INVALID_FRAME for holes, *@order is then the size of the hole
 * as far as one table entry tells. */
mfn_t hvm_p2m_walk(const struct p2m *p2m, gfn_t gfn, enum p2m_type *type, unsigned int *order);
/* Make every CPU forget @d's translations before returning; see svm/asid.c. */
void hvm_p2m_flush(struct domain *d);

#endif
