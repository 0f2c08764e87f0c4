/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch_x86.h>

/* A plausible AMD processor, fixed so that tests repeat everywhere. */
void arch_cpuid(uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	*out = (struct cpuid_leaf_out){0};
	switch (leaf) {
	case 0:
		*out = (struct cpuid_leaf_out){0xd, 0x68747541, 0x444d4163, 0x69746e65};
		break;
	case 1:
		*out = (struct cpuid_leaf_out){0x800f12, 0x800, 0xf6d8320b, 0x0fcbf3fd};
		break;
	case 7:
		if (!subleaf)
			*out = (struct cpuid_leaf_out){0, 0x019843a9, 0, 0};
		break;
	case 0xd:
		if (!subleaf)
			*out = (struct cpuid_leaf_out){7, 832, 832, 0};
		break;
	case 0x80000000:
		*out = (struct cpuid_leaf_out){0x8000000a, 0x68747541, 0x444d4163, 0x69746e65};
		break;
	case 0x80000001:
		*out = (struct cpuid_leaf_out){0x800f12, 0, 0x00000075, 0x2c100800};
		break;
	case 0x80000008:
		*out = (struct cpuid_leaf_out){0x3028, 0, 0, 0};
		break;
	default:
		break;
	}
}
