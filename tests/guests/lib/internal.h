/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Between the library's files and its assembly. */
#ifndef GUEST_INTERNAL_H
#define GUEST_INTERNAL_H

#include "lib.h"

void lib_main(void);
void ap_main(void);
void trap_handler(struct trap_frame *frame);
/* fn(arg), then 0; or 1 after trap_unwind(*slot). */
int trap_catch_raw(void (*fn)(void *), void *arg, unsigned long *slot);
_Noreturn void trap_unwind(unsigned long sp);

/* xen.c: false where there is no Xen, so no hypercalls: on the bare machine. */
bool xen_init(void);
/* console.c */
void console_init(bool xen);
void console_flush(void);
void vprint(const char *fmt, va_list *ap);

#endif
