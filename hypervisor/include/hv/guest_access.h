/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The only way to guest memory.  All copies are checked, bounded and fault with
 * -XEN_EFAULT; no guest pointer is ever dereferenced.  "Guest" is the vCPU being
 * served (serving_vcpu): the current guest vCPU, or domain 0's vCPU while the
 * hosted link runs its hypercalls; then addresses lie in the caller's arena.
 * Read each guest field once: copy the whole structure, then look at the copy.
 */
#ifndef HV_GUEST_ACCESS_H
#define HV_GUEST_ACCESS_H

#include <hv/types.h>

/* The vCPU whose hypercall this CPU is executing. Never NULL in a hypercall. */
struct vcpu *serving_vcpu(void);

/* Copy from / to a guest-virtual address (no segment base, supervisor rights).
 * 0 or -XEN_EFAULT. Partial progress is possible before a fault. */
int copy_from_gva(void *dst, gva_t src, size_t len);
int copy_to_gva(gva_t dst, const void *src, size_t len);
/* The same for a named vCPU that is current or paused (runstate areas). */
int copy_to_vcpu_gva(struct vcpu *v, gva_t dst, const void *src, size_t len);
/* Guest-physical forms, any domain. */
int copy_from_gpa(struct domain *d, void *dst, gpa_t src, size_t len);
int copy_to_gpa(struct domain *d, gpa_t dst, const void *src, size_t len);

/* XEN_GUEST_HANDLE forms: element @idx of an array of the handle's type.
 * Address arithmetic that wraps faults. */
#define copy_from_handle(dst, hnd, n) copy_from_handle_offset(dst, hnd, 0, n)
#define copy_to_handle(hnd, src, n)   copy_to_handle_offset(hnd, 0, src, n)
#define copy_from_handle_offset(dst, hnd, idx, n)                                                  \
	({                                                                                         \
		__typeof__(*(hnd).p) *dst_ = (dst);                                                \
		handle_copy_in(dst_, (uintptr_t)(hnd).p, (idx), (n), sizeof(*dst_));               \
	})
#define copy_to_handle_offset(hnd, idx, src, n)                                                    \
	({                                                                                         \
		const __typeof__(*(hnd).p) *src_ = (src);                                          \
		handle_copy_out((uintptr_t)(hnd).p, (idx), src_, (n), sizeof(*src_));              \
	})
#define handle_is_null(hnd) ((hnd).p == NULL)

int handle_copy_in(void *dst, uint64_t base, uint64_t idx, uint64_t n, size_t size);
int handle_copy_out(uint64_t base, uint64_t idx, const void *src, uint64_t n, size_t size);

/* A plain hypercall argument as a typed handle. */
#define ARG_HANDLE(type, arg) ((XEN_GUEST_HANDLE(type)){.p = (void *)(uintptr_t)(arg)})
/* Copy a structure at a hypercall argument in and out. */
#define copy_arg_in(dst, arg)  handle_copy_in((dst), (arg), 0, 1, sizeof(*(dst)))
#define copy_arg_out(arg, src) handle_copy_out((arg), 0, (src), 1, sizeof(*(src)))

#endif
