/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A new payload: read once, its signature judged, looked at by patch_inspect.h, written
 * into the store, taken by the hypervisor, and only then one of the store's.
 */
#ifndef NACRED_PATCH_UPLOAD_H
#define NACRED_PATCH_UPLOAD_H

#include "nacred.h"

/*
 * Begin under the job that n->patches has; patches_end() follows from the loop.  @name
 * NULL: as the payload says, else as its file is called.  0, or -1 and @e.
 */
int patch_upload_start(struct nacred *n, const char *path, const char *name, bool dry_run,
		       struct rpc_error *e);
/* nacred ends. */
void patch_upload_abandon(struct nacred *n);

#endif
