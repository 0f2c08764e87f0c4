/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Stands before arch/x86/insn.h when the vendor part is built for the fuzzer: the
 * same functions, with a few variables in place of the processor's registers.
 */
#ifndef ARCH_X86_INSN_H
#define ARCH_X86_INSN_H

#include <hv/pcpu.h>
#include <hv/types.h>

struct pcpu *this_cpu(void);
extern uint64_t fake_xcr0[NR_CPUS];

static inline uint64_t rdmsr(uint32_t msr)
{
	return 0;
}

static inline void wrmsr(uint32_t msr, uint64_t val)
{
}

static inline int rdmsr_safe(uint32_t msr, uint64_t *val)
{
	return -1;
}

static inline int wrmsr_safe(uint32_t msr, uint64_t val)
{
	return -1;
}

#define FAKE_REGISTER(name)                                                                        \
	static inline uint64_t read_##name(void)                                                   \
	{                                                                                          \
		return 0;                                                                          \
	}                                                                                          \
	static inline void write_##name(uint64_t v)                                                \
	{                                                                                          \
	}
FAKE_REGISTER(cr0)
FAKE_REGISTER(cr2)
FAKE_REGISTER(cr4)
FAKE_REGISTER(dr0)
FAKE_REGISTER(dr1)
FAKE_REGISTER(dr2)
FAKE_REGISTER(dr3)
FAKE_REGISTER(dr6)
FAKE_REGISTER(dr7)
#undef FAKE_REGISTER

static inline void cpu_clgi(void)
{
}

static inline void cpu_stgi(void)
{
}

static inline uint64_t xgetbv(uint32_t index)
{
	return fake_xcr0[this_cpu()->id];
}

static inline void xsetbv(uint32_t index, uint64_t val)
{
	fake_xcr0[this_cpu()->id] = val;
}

static inline void xsave64(void *area, uint64_t mask)
{
}

static inline void xrstor64(const void *area, uint64_t mask)
{
}

static inline void fxsave64(void *area)
{
}

static inline void fxrstor64(const void *area)
{
}

#endif
