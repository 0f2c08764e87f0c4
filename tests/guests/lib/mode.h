/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Code in another privilege or mode.  It may be assembly made for that mode
 * (.code32 and .code16 in long64's source are fine) that ends with
 * "int $VEC_DONE", or faults; interrupts are off unless the flags say otherwise.
 */
#ifndef GUEST_MODE_H
#define GUEST_MODE_H

#include "lib.h"

enum mode {
	MODE_KERNEL,	  /* ring 0 as the environment has it, on another stack */
	MODE_USER,	  /* ring 3 */
	MODE_COMPAT,	  /* long64 only: 32-bit code in ring 0 */
	MODE_COMPAT_USER, /* long64 only */
	MODE_V8086,	  /* in 32 bits only; IOPL 3 */
	NR_MODES
};

/* Order known to trap*.S. */
struct mode_state {
	unsigned long ax, bx, cx, dx, si, di, bp;
	unsigned long ip, cs, flags, sp, ss;
	/* Of virtual-8086 code; otherwise DS is also what ES gets, in 32 bits. */
	unsigned long es, ds, fs, gs;
};

extern const char *const mode_names[NR_MODES];
bool mode_has(enum mode mode);
/* Everything but the general registers, which are zeroed.  Virtual-8086 code is
 * copied (one page) to V8086_BASE and runs at V8086_BASE / 16 : 0, with all data
 * segments there. */
#define V8086_BASE 0x20000ul
void mode_prepare(struct mode_state *state, enum mode mode, const void *code);
/* The vector that ended it, or NO_TRAP after "int $VEC_DONE"; trap_last. */
int mode_run(const struct mode_state *state);
/* prepare and run */
int mode_catch(enum mode mode, const void *code);
/* fn(arg) in ring 3 until it returns (NO_TRAP) or faults. */
int user_catch(void (*fn)(void *), void *arg);

#endif
