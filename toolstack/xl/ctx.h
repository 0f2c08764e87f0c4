/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The context of libxl that the verbs work with. */
#ifndef NACRE_XL_CTX_H
#define NACRE_XL_CTX_H

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <stdbool.h>

/*
 * Made at the first call, so that a verb which only reads files needs no nacred.  Where
 * there is none the user is told and the program ends, as Xen's xl does.  Its messages go to
 * standard error: errors, warnings and progress, and with each -v another level.
 */
libxl_ctx *xl_ctx(void);
void xl_ctx_close(void);

/*
 * The id that @domain means.  As Xen's xl takes it: a number stands for itself, be there such
 * a domain or not; anything else is a name, here also a UUID.  False after a message.
 */
bool xl_domid(const char *domain, uint32_t *domid);

#endif
