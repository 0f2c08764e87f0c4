/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "segment.h"

#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/guest_access.h>

#define DESC_ACCESSED (1ULL << 40)

/* Offsets that an expand-up segment has, or that an expand-down one lacks. */
static bool within_limit(const struct segment_reg *seg, uint64_t first, uint64_t last)
{
	uint64_t top = seg->attr & SEG_ATTR_DB ? UINT32_MAX : 0xffff;

	if (!(seg->attr & SEG_TYPE_CODE) && (seg->attr & SEG_TYPE_CONFORM))
		return first > seg->limit && last <= top;
	return last <= seg->limit;
}

static bool access_ok(const struct segment_reg *seg, bool write)
{
	if (!(seg->attr & SEG_ATTR_P) || !(seg->attr & SEG_ATTR_S))
		return false;
	if (write)
		return (seg->attr & (SEG_TYPE_CODE | SEG_TYPE_RW)) == SEG_TYPE_RW;
	return (seg->attr & (SEG_TYPE_CODE | SEG_TYPE_RW)) != SEG_TYPE_CODE;
}

bool segment_linear(struct vcpu *v, enum segment s, uint64_t offset, unsigned int bytes, bool write,
		    uint32_t ext, uint64_t *linear)
{
	uint64_t last;
	struct segment_reg seg;
	bool ok;

	hvm_get_segment(v, s, &seg);
	if (hvm_long_mode_code(v)) {
		*linear = s == SEG_FS || s == SEG_GS ? seg.base + offset : offset;
		ok = is_canonical(*linear) && is_canonical(*linear + bytes - 1);
	} else {
		*linear = (uint32_t)(seg.base + offset);
		ok = access_ok(&seg, write) && !__builtin_add_overflow(offset, bytes - 1, &last) &&
		     within_limit(&seg, offset, last);
	}
	if (!ok)
		hvm_inject_exception(v, s == SEG_SS ? VEC_SS : VEC_GP, (int32_t)ext);
	return ok;
}

static bool copy_piece(struct vcpu *v, uint64_t linear, void *buf, unsigned int len,
		       uint32_t access)
{
	uint32_t error;
	gpa_t gpa;
	int rc;

	error = guest_walk(v, (gva_t){linear}, access, &gpa);
	if (error) {
		hvm_inject_page_fault(v, error & ~WALK_FAULT, linear);
		return false;
	}
	if (access & PFEC_WRITE)
		rc = copy_to_gpa(v->domain, gpa, buf, len);
	else
		rc = copy_from_gpa(v->domain, buf, gpa, len);
	if (rc)
		domain_crash(v->domain, "d%uv%u: no RAM for an emulated access at 0x%lx (0x%lx)",
			     v->domain->id, v->id, (unsigned long)linear, (unsigned long)gpa.v);
	return !rc;
}

bool linear_copy(struct vcpu *v, uint64_t linear, void *buf, unsigned int len, uint32_t access)
{
	while (len) {
		unsigned int n = (unsigned int)MIN(len, PAGE_SIZE - (linear & ~PAGE_MASK));

		if (!copy_piece(v, linear, buf, n, access))
			return false;
		buf = (char *)buf + n;
		len -= n;
		linear += n;
		if (!hvm_long_mode_code(v))
			linear = (uint32_t)linear;
	}
	return true;
}

uint32_t linear_access(const struct vcpu *v, bool write)
{
	return (write ? PFEC_WRITE : 0) | (hvm_cpl(v) == 3 ? PFEC_USER : 0);
}

struct segment_reg segment_unpack(uint16_t sel, uint64_t desc)
{
	struct segment_reg seg = {
		.sel = sel,
		.attr = (uint16_t)((desc >> 40 & 0xff) | (desc >> 52 & 0xf) << 8),
		.limit = (uint32_t)((desc & 0xffff) | (desc >> 32 & 0xf0000)),
		.base = (desc >> 16 & 0xffffff) | (desc >> 32 & 0xff000000),
	};

	if (seg.attr & SEG_ATTR_G)
		seg.limit = seg.limit << 12 | 0xfff;
	return seg;
}

/* May @seg be loaded into @s?  Rights and kind, not presence. */
static bool loadable(const struct segment_reg *seg, enum segment s, unsigned int cpl)
{
	unsigned int type = seg->attr & SEG_ATTR_TYPE, dpl = SEG_ATTR_DPL(seg->attr);
	unsigned int rpl = seg->sel & 3;

	if (s == SEG_LDTR)
		return !(seg->attr & SEG_ATTR_S) && type == SEG_TYPE_LDT;
	if (!(seg->attr & SEG_ATTR_S))
		return false;
	if (s == SEG_CS)
		return (type & SEG_TYPE_CODE) &&
		       (type & SEG_TYPE_CONFORM ? dpl <= rpl : dpl == rpl);
	if (s == SEG_SS)
		return (type & (SEG_TYPE_CODE | SEG_TYPE_RW)) == SEG_TYPE_RW && dpl == cpl &&
		       dpl == rpl;
	if ((type & (SEG_TYPE_CODE | SEG_TYPE_RW)) == SEG_TYPE_CODE)
		return false;
	if ((type & SEG_TYPE_CODE) && (type & SEG_TYPE_CONFORM))
		return true;
	return dpl >= cpl && dpl >= rpl;
}

/* Address of @sel's descriptor; false: null or unusable table, limit. */
static bool find_descriptor(struct vcpu *v, uint16_t sel, uint64_t *linear)
{
	bool local = sel & 4;
	struct segment_reg table;

	hvm_get_segment(v, local ? SEG_LDTR : SEG_GDTR, &table);
	/* XSA-191: no task has a local table unless one was loaded. */
	if (local && !(table.attr & SEG_ATTR_P))
		return false;
	*linear = (uint32_t)(table.base + (sel & 0xfff8));
	return (sel & 0xfff8u) + 7 <= table.limit;
}

static bool refuse(struct vcpu *v, uint8_t vector, uint16_t sel, uint32_t ext)
{
	hvm_inject_exception(v, vector, (int32_t)(SELECTOR_INDEX(sel) | ext));
	return false;
}

bool segment_load(struct vcpu *v, enum segment s, uint16_t sel, unsigned int cpl, uint32_t ext)
{
	struct segment_reg seg = {.sel = sel};
	uint64_t at, desc;
	uint8_t type;

	if (!SELECTOR_INDEX(sel)) {
		if (s == SEG_CS || s == SEG_SS)
			return refuse(v, VEC_TS, sel, ext);
		hvm_set_segment(v, s, &seg);
		return true;
	}
	if ((s == SEG_LDTR && (sel & 4)) || !find_descriptor(v, sel, &at))
		return refuse(v, VEC_TS, sel, ext);
	if (!linear_copy(v, at, &desc, sizeof(desc), 0))
		return false;
	seg = segment_unpack(sel, desc);
	if (!loadable(&seg, s, cpl))
		return refuse(v, VEC_TS, sel, ext);
	if (!(seg.attr & SEG_ATTR_P))
		return refuse(v, s == SEG_SS ? VEC_SS : VEC_NP, sel, ext);
	if (s != SEG_LDTR && !(desc & DESC_ACCESSED)) {
		seg.attr |= 1;
		type = (uint8_t)seg.attr;
		if (!linear_copy(v, at + 5, &type, sizeof(type), PFEC_WRITE))
			return false;
	}
	hvm_set_segment(v, s, &seg);
	return true;
}
