/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Segments as the processor uses and loads them (APM vol. 2, 4.7 and 4.8), for
 * the few accesses that are made on a guest's behalf: string I/O, MOVS on the
 * APIC page, hardware task switches.  All for the current vCPU.
 */
#ifndef CORE_SEGMENT_H
#define CORE_SEGMENT_H

#include <hv/hvm.h>
#include <hv/types.h>

#define SEG_ATTR_TYPE	 0xfu
#define SEG_ATTR_S	 (1u << 4) /* code or data, not a system segment */
#define SEG_ATTR_DPL(a)	 (((a) >> 5) & 3)
#define SEG_ATTR_P	 (1u << 7)
#define SEG_ATTR_DB	 (1u << 10)
#define SEG_ATTR_G	 (1u << 11)
#define SEG_ATTR_VM86	 0xf3u
#define SEG_TYPE_CODE	 8u
#define SEG_TYPE_CONFORM 4u /* code; data: expands down */
#define SEG_TYPE_RW	 2u /* code: readable, data: writable */
#define SEG_TYPE_LDT	 2u
#define SEG_TYPE_TSS32	 9u
#define SEG_TYPE_BUSY	 2u /* in a TSS's type */

/* Selectors in error codes have no RPL. */
#define SELECTOR_INDEX(sel) ((sel)&0xfffcu)

/* Linear address of @bytes at @offset in @s; false after #GP(0), for SS
 * #SS(0) or'ed with @ext: null, limit, rights, or not canonical. */
bool segment_linear(struct vcpu *v, enum segment s, uint64_t offset, unsigned int bytes, bool write,
		    uint32_t ext, uint64_t *linear);

/* Copy at a linear address with @access rights (PFEC_WRITE makes it a copy to the
 * guest, PFEC_USER). False after #PF was raised, or, where there is no RAM behind
 * the address, after the domain was ended. */
bool linear_copy(struct vcpu *v, uint64_t linear, void *buf, unsigned int len, uint32_t access);

/* PFEC_* rights of a data access by the instruction at RIP. */
uint32_t linear_access(const struct vcpu *v, bool write);

/* A descriptor as a segment register. */
struct segment_reg segment_unpack(uint16_t sel, uint64_t desc);
/* Load @s from the descriptor tables as a task switch does: whatever is wrong
 * gives #TS, #NP or #SS with @sel and @ext; false then. */
bool segment_load(struct vcpu *v, enum segment s, uint16_t sel, unsigned int cpl, uint32_t ext);

#endif
