/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The guest's own page tables: none, 32-bit with 4 MiB pages, PAE, and four
 * levels.  Each entry is read once, through the same checked copy as all guest
 * memory.  Only for the hypervisor's own accesses: sets no accessed or dirty
 * bits.
 */
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>

#define PTE_P	  (1ULL << 0)
#define PTE_W	  (1ULL << 1)
#define PTE_U	  (1ULL << 2)
#define PTE_PS	  (1ULL << 7)
#define PTE_NX	  (1ULL << 63)
#define PTE_ADDR  0x000ffffffffff000ULL
#define RFLAGS_AC (1u << 18)

struct mode {
	unsigned int levels; /* 2, 3, 4; 0: paging is off */
	unsigned int entry;  /* bytes */
	bool nx, pse, wp, smep, smap;
};

struct walk {
	struct vcpu *v;
	struct mode m;
	uint64_t va;
	uint32_t access;
	uint64_t rights; /* W and U of all levels, NX of any */
};

static struct mode current_mode(struct vcpu *v)
{
	uint64_t cr0 = hvm_get_cr(v, 0), cr4 = hvm_get_cr(v, 4), efer = hvm_get_efer(v);
	struct mode m = {
		.entry = 8,
		.nx = efer & EFER_NXE,
		.pse = true,
		.wp = cr0 & CR0_WP,
		.smep = cr4 & CR4_SMEP,
		.smap = (cr4 & CR4_SMAP) && !(v->regs.rflags & RFLAGS_AC),
	};

	if (!(cr0 & CR0_PG))
		return m;
	if (efer & EFER_LMA) {
		m.levels = 4;
	} else if (cr4 & CR4_PAE) {
		m.levels = 3;
	} else {
		m.levels = 2;
		m.entry = 4;
		m.nx = false;
		m.pse = cr4 & CR4_PSE;
	}
	return m;
}

static uint32_t fault(const struct walk *w, bool present)
{
	return WALK_FAULT | (present ? PFEC_PRESENT : 0) | (w->access & (PFEC_WRITE | PFEC_USER)) |
	       (w->m.nx || w->m.smep ? w->access & PFEC_FETCH : 0);
}

static unsigned int level_shift(const struct mode *m, unsigned int level)
{
	return 12 + level * (m->entry == 4 ? 10 : 9);
}

/* The entry of w->va in the table at @table; false: outside the guest's RAM. */
static bool read_entry(const struct walk *w, uint64_t table, unsigned int level, uint64_t *pte)
{
	uint64_t per_table = PAGE_SIZE / w->m.entry;
	uint64_t index = (w->va >> level_shift(&w->m, level)) & (per_table - 1);

	if (w->m.levels == 3 && level == 2)
		index &= 3;
	*pte = 0;
	return !copy_from_gpa(w->v->domain, pte, (gpa_t){table + index * w->m.entry}, w->m.entry);
}

/* PAE top-level entries have no rights; some emulators set A in them. */
static bool is_pdpte(const struct walk *w, unsigned int level)
{
	return w->m.levels == 3 && level == 2;
}

static void merge_rights(struct walk *w, uint64_t pte)
{
	w->rights &= (pte & (PTE_W | PTE_U)) | PTE_NX;
	if (w->m.nx)
		w->rights |= pte & PTE_NX;
}

/* 32-bit 4 MiB pages have address bits 32..39 in bits 13..20 (PSE-36). */
static uint64_t leaf_base(const struct walk *w, uint64_t pte, unsigned int level)
{
	uint64_t size = 1ULL << level_shift(&w->m, level);

	if (w->m.entry == 4 && level == 1)
		return (pte & 0xffc00000) | (pte >> 13 & 0xff) << 32;
	return pte & PTE_ADDR & ~(size - 1);
}

static bool rights_allow(const struct walk *w)
{
	bool user_page = w->rights & PTE_U, user = w->access & PFEC_USER;

	if ((w->access & PFEC_FETCH) && (w->rights & PTE_NX))
		return false;
	if (user)
		return user_page && (!(w->access & PFEC_WRITE) || (w->rights & PTE_W));
	if ((w->access & PFEC_WRITE) && !(w->rights & PTE_W) && w->m.wp)
		return false;
	if (!user_page)
		return true;
	return w->access & PFEC_FETCH ? !w->m.smep : !w->m.smap;
}

static uint32_t walk_tables(struct walk *w, gpa_t *gpa)
{
	uint64_t cr3 = hvm_get_cr(w->v, 3), pte;
	uint64_t table = w->m.levels == 3 ? cr3 & 0xffffffe0 : cr3 & PTE_ADDR;
	unsigned int level = w->m.levels - 1;

	if (w->m.levels == 2)
		table &= 0xfffff000;
	for (;; level--) {
		if (!read_entry(w, table, level, &pte) || !(pte & PTE_P))
			return fault(w, false);
		if (!is_pdpte(w, level)) {
			merge_rights(w, pte);
			if (level == 0 || (level < 3 && (pte & PTE_PS) && w->m.pse))
				break;
		}
		table = pte & PTE_ADDR;
	}
	if (!rights_allow(w))
		return fault(w, true);
	gpa->v = leaf_base(w, pte, level) | (w->va & ((1ULL << level_shift(&w->m, level)) - 1));
	return 0;
}

uint32_t guest_walk(struct vcpu *v, gva_t gva, uint32_t access, gpa_t *gpa)
{
	struct walk w = {
		.v = v,
		.m = current_mode(v),
		.va = gva.v,
		.access = access,
		.rights = PTE_W | PTE_U,
	};

	if (w.m.levels != 4) {
		w.va &= 0xffffffff;
		if (w.m.levels == 0) {
			gpa->v = w.va;
			return 0;
		}
	} else if (!is_canonical(w.va)) {
		return fault(&w, false);
	}
	return walk_tables(&w, gpa);
}

unsigned int guest_fetch(struct vcpu *v, uint64_t linear, uint8_t *buf, unsigned int len)
{
	uint32_t access = PFEC_FETCH | (hvm_cpl(v) == 3 ? PFEC_USER : 0);
	unsigned int done = 0;

	while (done < len) {
		uint64_t va = linear + done;
		unsigned int n = (unsigned int)MIN(len - done, PAGE_SIZE - (va & ~PAGE_MASK));
		gpa_t gpa;

		if (guest_walk(v, (gva_t){va}, access, &gpa) ||
		    copy_from_gpa(v->domain, buf + done, gpa, n))
			break;
		done += n;
	}
	return done;
}
