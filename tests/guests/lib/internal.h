/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Between the library's files and its assembly. */
#ifndef GUEST_INTERNAL_H
#define GUEST_INTERNAL_H

#include "lib.h"

void lib_main(void);
void ap_main(void);
void trap_init(void);
void trap_handler(struct trap_frame *frame);

#endif
