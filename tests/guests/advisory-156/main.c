/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-156 (CVE-2015-5307, CVE-2015-8104): an exception whose delivery raises it
 * again, for ever, and no interrupt gets in between: only an intercept takes the
 * CPU back.  In 64 bits a breakpoint lies where the frame of #DB is written; in 32
 * bits ring 3 handles its own #AC, on a stack that is not aligned.  This guest gets
 * nowhere; run.sh looks whether its neighbour does.
 */
#include "mode.h"

const char test_name[] = "advisory-156";

#if BITS == 64
#define DR7_WRITE8  0x90003ul /* DR0: writes of 8 bytes */
#define DR7_EXECUTE 0x3ul

extern uint8_t trap_stubs[256][16];

static void loop(void)
{
	volatile uint64_t *frame_end = (volatile uint64_t *)tss[0].ist[0] - 1;

	idt_set(VEC_DB, GATE_INT, 1, 0); /* the same stack every time */
	/* TCG gets no data breakpoints, for it aborts here: on the handler instead. */
	set_dr0(on_tcg() ? (unsigned long)trap_stubs[VEC_DB] : (unsigned long)frame_end);
	set_dr7(on_tcg() ? DR7_EXECUTE : DR7_WRITE8);
	*frame_end = 0;
	asm volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" ::: "memory", "cc");
}
#else
#define CR0_AM 0x40000ul

asm(".pushsection .text\n"
    "misaligned: push %eax\n"
    "handler: int $0x2f\n" /* VEC_DONE */
    ".popsection");
extern const char misaligned[], handler[];

static void loop(void)
{
	struct mode_state s;

	if (on_tcg())
		skip("TCG does not check alignment");
	set_cr0(get_cr0() | CR0_AM);
	idt_set(VEC_AC, GATE_INT | GATE_DPL3, 0, (unsigned long)handler);
	idt[VEC_AC].selector = USER_CS32 | 3;
	mode_prepare(&s, MODE_USER, misaligned);
	s.sp -= 2;
	s.flags |= FLAG_AC;
	mode_run(&s);
}
#endif

void test_main(void)
{
	if (BITS == 64 || !on_tcg())
		expect_end("spin");
	loop();
	fail("the loop has an end");
}
