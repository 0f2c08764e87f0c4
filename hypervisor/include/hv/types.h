/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Base types of the hypervisor.  Frames and addresses are one-field structs so
 * that a guest frame can never be used where a machine frame is meant; the
 * compiler is the checker.  Converting costs a named call.
 */
#ifndef HV_TYPES_H
#define HV_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/errno.h> /* XEN_EPERM ...: the one error vocabulary, returned negative */

/* Internal: run the hypercall again with its changed arguments. Never a guest's to see. */
#define XEN_ERESTART 85

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define ARRAY_SIZE(a)		 (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)		 ((a) < (b) ? (a) : (b))
#define MAX(a, b)		 ((a) > (b) ? (a) : (b))
#define DIV_ROUND_UP(n, d)	 (((n) + (d)-1) / (d))
#define ROUND_UP(n, a)		 (((n) + (a)-1) & ~((uint64_t)(a)-1))
#define CONTAINER_OF(p, type, m) ((type *)((char *)(p)-offsetof(type, m)))
#define READ_ONCE(x)		 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	 (*(volatile __typeof__(x) *)&(x) = (v))

/* Machine frame number, guest frame number. */
typedef struct {
	uint64_t v;
} mfn_t;
typedef struct {
	uint64_t v;
} gfn_t;
/* Machine address, guest-physical address, guest-virtual address, in bytes. */
typedef struct {
	uint64_t v;
} maddr_t;
typedef struct {
	uint64_t v;
} gpa_t;
typedef struct {
	uint64_t v;
} gva_t;
/* Nanoseconds since the hypervisor started.  Signed: differences are common. */
typedef struct {
	int64_t ns;
} stime_t;

#define INVALID_FRAME (~0ULL)
#define STIME_NEVER   ((stime_t){INT64_MAX})

static inline mfn_t mk_mfn(uint64_t v)
{
	return (mfn_t){v};
}
static inline gfn_t mk_gfn(uint64_t v)
{
	return (gfn_t){v};
}
static inline bool mfn_valid_value(mfn_t m)
{
	return m.v != INVALID_FRAME;
}
static inline mfn_t mfn_add(mfn_t m, uint64_t n)
{
	return mk_mfn(m.v + n);
}
static inline gfn_t gfn_add(gfn_t g, uint64_t n)
{
	return mk_gfn(g.v + n);
}
static inline maddr_t mfn_to_maddr(mfn_t m)
{
	return (maddr_t){m.v << PAGE_SHIFT};
}
static inline mfn_t maddr_to_mfn(maddr_t a)
{
	return mk_mfn(a.v >> PAGE_SHIFT);
}
static inline gpa_t gfn_to_gpa(gfn_t g)
{
	return (gpa_t){g.v << PAGE_SHIFT};
}
static inline gfn_t gpa_to_gfn(gpa_t a)
{
	return mk_gfn(a.v >> PAGE_SHIFT);
}
static inline stime_t stime_add(stime_t t, int64_t ns)
{
	return (stime_t){t.ns + ns};
}
static inline int64_t stime_sub(stime_t a, stime_t b)
{
	return a.ns - b.ns;
}
static inline bool stime_before(stime_t a, stime_t b)
{
	return a.ns < b.ns;
}

struct domain;
struct vcpu;
struct pcpu;
struct arch_domain; /* defined by the architecture, opaque to core */
struct arch_vcpu;
struct arch_pcpu;

#endif
