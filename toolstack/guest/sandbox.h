/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Giving up every right but reading two files and writing one. */
#ifndef GUEST_SANDBOX_H
#define GUEST_SANDBOX_H

#include "guest/image_error.h"

/* Sanitizers reserve terabytes of address space and make calls of their own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/*
 * Limit memory, time and file size, drop user id and capabilities where there
 * are any, and forbid all system calls but those for memory, plain file I/O on
 * open descriptors and exit: any other ends the process (SIGSYS).  0 or -1.
 */
int sandbox_enter(struct image_error *err);

#endif
