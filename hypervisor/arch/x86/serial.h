/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Output devices of the console: COM1 and the emulators' debug port. */
#ifndef ARCH_X86_SERIAL_H
#define ARCH_X86_SERIAL_H

#include <hv/types.h>

/* Use what is there. */
void serial_init(void);
/* Apply console=: a comma list of com1, debugcon, none. */
void serial_select(const char *list);

#endif
