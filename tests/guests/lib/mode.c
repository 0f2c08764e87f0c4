/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "mode.h"

#define V8086_STACK 0x30000ul

void mode_start(const struct mode_state *state);
extern const char mode_done[];

const char *const mode_names[NR_MODES] = {"kernel", "user", "compat", "compat user", "v8086"};
static uint8_t stack[2 * 4096] __attribute__((aligned(4096)));

#ifdef __x86_64__
#define USER_CS USER_CS64
#else
#define USER_CS USER_CS32
#endif

asm(".pushsection .text\n"
    "mode_done: int $0x2f\n" /* VEC_DONE */
    ".popsection");

bool mode_has(enum mode mode)
{
	if (mode == MODE_V8086)
		return BITS == 32;
	return BITS == 64 || (mode != MODE_COMPAT && mode != MODE_COMPAT_USER);
}

static void prepare_v8086(struct mode_state *s, const void *code)
{
	memcpy((void *)V8086_BASE, code, 4096);
	s->ip = 0;
	s->cs = s->ds = s->es = s->fs = s->gs = V8086_BASE >> 4;
	s->ss = V8086_STACK >> 4;
	s->sp = 0xfff0;
	s->flags = FLAG_FIXED | FLAG_VM | FLAG_IOPL3;
}

void mode_prepare(struct mode_state *s, enum mode mode, const void *code)
{
	static const unsigned int cs[NR_MODES] = {KERNEL_CS, USER_CS | 3, KERNEL_CS32,
						  USER_CS32 | 3};
	bool user = cs[mode] & 3;

	check(mode_has(mode), "no %s code here", mode_names[mode]);
	memset(s, 0, sizeof(*s));
	if (mode == MODE_V8086) {
		prepare_v8086(s, code);
		return;
	}
	s->ip = (unsigned long)code;
	s->cs = cs[mode];
	s->sp = (unsigned long)stack + sizeof(stack) - 64;
	s->ss = s->ds = user ? USER_DS | 3 : KERNEL_DS;
	s->flags = FLAG_FIXED;
}

static void start(void *state)
{
	mode_start(state);
}

int mode_run(const struct mode_state *state)
{
	return trap_catch(start, (void *)(uintptr_t)state);
}

int mode_catch(enum mode mode, const void *code)
{
	struct mode_state s;

	mode_prepare(&s, mode, code);
	return mode_run(&s);
}

int user_catch(void (*fn)(void *), void *arg)
{
	struct mode_state s;
	unsigned long *sp;

	mode_prepare(&s, MODE_USER, (const void *)fn);
	sp = (unsigned long *)s.sp;
	sp[-1] = (unsigned long)mode_done;
	sp[0] = s.di = (unsigned long)arg; /* on the stack in 32 bits */
	s.sp = (unsigned long)&sp[-1];
	return mode_run(&s);
}
