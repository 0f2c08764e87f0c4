/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Start-up of the boot CPU. */
#ifndef ARCH_X86_START_H
#define ARCH_X86_START_H

#include <hv/types.h>

/* Called by boot.S on the boot stack and the boot page tables; @magic and
 * @address are %eax and %ebx at entry. */
void start_main(uint32_t magic, uint32_t address) __attribute__((noreturn));

#endif
