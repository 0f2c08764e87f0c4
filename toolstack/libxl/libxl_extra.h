/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What xl asks of the library beyond Xen 4.17's interface. */
#ifndef LIBXL_EXTRA_H
#define LIBXL_EXTRA_H

#pragma GCC visibility push(default) /* as in libxl_internal.h */
#include <libxl.h>
#pragma GCC visibility pop

/*
 * libxl_list_domain() with the names beside it, all of one moment and by one call of nacred:
 * *@names is an array of as many, NULL for a domain without a name; free() each and it.
 */
libxl_dominfo *libxl__list_domain_names(libxl_ctx *ctx, int *nb_domain_out, char ***names);

/*
 * libxl_console_exec() with the character that detaches (console_attach()'s), which that
 * function has from Xen 4.18 on.  Like an exec: the process becomes the console's other
 * end, and its exit status tells; it returns only when it fails.
 */
int libxl__console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
			int notify_fd, int escape);

#endif
