/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Finding Xen and asking it. */
#include "internal.h"

#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>

extern unsigned long start_info_pa;
static uint8_t hypercall_page[4096] __attribute__((aligned(4096)));
static uint8_t shared_info[4096] __attribute__((aligned(4096)));

const struct hvm_start_info *start_info(void)
{
	return (const void *)start_info_pa;
}

const char *cmdline(void)
{
	uintptr_t pa = (uintptr_t)start_info()->cmdline_paddr;

	return pa ? (const char *)pa : "";
}

uint64_t cmdline_number(const char *name, uint64_t value)
{
	size_t len = strlen(name);

	for (const char *p = cmdline(); *p; p++) {
		if (memcmp(p, name, len))
			continue;
		value = 0;
		for (p += len; *p >= '0' && *p <= '9'; p++)
			value = value * 10 + (uint64_t)(*p - '0');
		break;
	}
	return value;
}

struct shared_info *xen_shared(void)
{
	return (struct shared_info *)shared_info;
}

#ifdef __x86_64__
long hypercall(unsigned int nr, unsigned long a1, unsigned long a2, unsigned long a3,
	       unsigned long a4)
{
	register unsigned long r10 asm("r10") = a4;
	long ret;

	asm volatile("call *%[entry]"
		     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10)
		     : [entry] "r"(hypercall_page + nr * 32)
		     : "memory", "rcx", "r11", "r8", "r9");
	return ret;
}
#else
long hypercall(unsigned int nr, unsigned long a1, unsigned long a2, unsigned long a3,
	       unsigned long a4)
{
	long ret;

	asm volatile("call *%%eax"
		     : "=a"(ret), "+b"(a1), "+c"(a2), "+d"(a3), "+S"(a4)
		     : "0"(hypercall_page + nr * 32)
		     : "memory");
	return ret;
}
#endif

int64_t hvm_param(uint32_t index)
{
	struct xen_hvm_param arg = {.domid = DOMID_SELF, .index = index};

	return hypercall2(__HYPERVISOR_hvm_op, HVMOP_get_param, &arg) ? -1 : (int64_t)arg.value;
}

/* Hypervisor leaves may start at any multiple of 0x100. */
static bool xen_find(void)
{
	if (!(cpuid(1, 0).c >> 31))
		return false;
	for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100) {
		struct cpuid id = cpuid(base, 0);

		if (id.b == 0x566e6558 && id.c == 0x65584d4d && id.d == 0x4d4d566e) {
			wrmsr(cpuid(base + 2, 0).b, (uintptr_t)hypercall_page);
			return true;
		}
	}
	return false;
}

bool xen_init(void)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_shared_info,
		.gpfn = (uintptr_t)shared_info >> 12,
	};

	if (!xen_find())
		return false;
	/* No shared page and so no console: end visibly. */
	if (hypercall2(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &map))
		asm volatile("ud2");
	return true;
}
