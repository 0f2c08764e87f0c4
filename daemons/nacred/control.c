/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "control.h"

#include <stdio.h>
#include <store.h>

#include "stores.h"

struct store *control_open(struct nacred *n, const struct domain *d, struct rpc_error *e)
{
	struct store *s = stores_get(n, e);

	if (!s || domain_shutdown_reason(d) < 0)
		return s;
	fail(e, XL_FAIL, "domain.is_shutdown", "domain %u (%s) has shut down already", d->domid,
	     d->name ? d->name : "");
	return NULL;
}

int control_ask(struct nacred *n, struct store *s, const struct domain *d, const char *node,
		const char *value, struct rpc_error *e)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/control/%s", d->domid, node);
	rc = store_write(s, XBT_NULL, path, value);
	if (!rc)
		return 0;
	stores_failed(n, rc);
	return fail_errno(e, rc, "xenstore.refused", "cannot write %s", path);
}
