/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Encodings for live patches: relocations (AMD64 psABI, 4.4), jumps and no-ops.
 * Pure computation, also used by the fake machine. */
#include <hv/arch.h>
#include <hv/string.h>

#define R_X86_64_NONE  0
#define R_X86_64_64    1
#define R_X86_64_PC32  2
#define R_X86_64_PLT32 4
#define R_X86_64_32S   11

#define OPCODE_JMP32 0xe9
#define NOP_MAX	     8

int arch_relocation_size(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32: /* there is no PLT: the function itself */
	case R_X86_64_32S:   /* the image lies in the top 2 GiB */
		return 4;
	default:
		return -1;
	}
}

int arch_relocate(uint32_t type, uintptr_t place, uint64_t value, uint8_t bytes[8])
{
	if (type == R_X86_64_PC32 || type == R_X86_64_PLT32)
		value -= place;
	if (arch_relocation_size(type) == 4 && (int64_t)value != (int32_t)value)
		return -XEN_EOVERFLOW;
	memcpy(bytes, &value, sizeof(value));
	return 0;
}

int arch_patch_jump(uint8_t insn[PATCH_JUMP_SIZE], uintptr_t from, uintptr_t to)
{
	int64_t distance = (int64_t)(to - (from + PATCH_JUMP_SIZE));
	int32_t rel = (int32_t)distance;

	if (rel != distance)
		return -XEN_EOVERFLOW;
	insn[0] = OPCODE_JMP32;
	memcpy(insn + 1, &rel, sizeof(rel));
	return 0;
}

/* The long forms that the manuals recommend (APM vol. 3, NOP). */
void arch_patch_nops(uint8_t *insn, size_t len)
{
	static const uint8_t nops[NOP_MAX][NOP_MAX] = {
		{0x90},
		{0x66, 0x90},
		{0x0f, 0x1f, 0x00},
		{0x0f, 0x1f, 0x40, 0x00},
		{0x0f, 0x1f, 0x44, 0x00, 0x00},
		{0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
		{0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
		{0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
	};

	while (len) {
		size_t n = MIN(len, (size_t)NOP_MAX);

		memcpy(insn, nops[n - 1], n);
		insn += n;
		len -= n;
	}
}
