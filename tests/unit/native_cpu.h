/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One instruction on the processor that runs the test, with all registers given
 * and taken, in 64-, 32- or 16-bit code: the reference for the emulator.
 */
#ifndef NATIVE_CPU_H
#define NATIVE_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where its memory lies: the same in the process and for the emulated guest. */
#define NATIVE_DATA	 0x200000ul /* two pages, readable and writable */
#define NATIVE_DATA_SIZE 0x2000ul
#define NATIVE_CODE	 0x300000ul

enum native_bits { NATIVE_64, NATIVE_32, NATIVE_16 };

struct native_regs {
	uint64_t gpr[16]; /* by hardware number */
	uint64_t rflags;
};

/* False where the kernel gives no low memory or no segments of one's own. */
bool native_init(void);
/* Run the instruction at @code, of at most 15 bytes, with DS and ES of base
 * NATIVE_DATA and 64 KiB when @offset_data, else flat.  Its length, or minus the
 * signal it ended in. */
int native_run(enum native_bits bits, const uint8_t *code, size_t len, bool offset_data,
	       struct native_regs *regs);

#endif
