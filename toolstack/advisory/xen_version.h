/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Release numbers of Xen, and whether a release contains what others contain. */
#ifndef NACRE_ADVISORY_XEN_VERSION_H
#define NACRE_ADVISORY_XEN_VERSION_H

#include <stdbool.h>

#include "json.h"

struct xen_version {
	unsigned int major, minor, patch;
	bool exact; /* a release; otherwise something on the way to @patch, or unknown */
};

/* "4.17.4"; "4.17", "4.17.6-pre", "4.18-unstable" and the like are not exact. False:
 * no version at all. */
bool xen_version_parse(const char *text, struct xen_version *v);

enum version_verdict { VERSION_LACKS, VERSION_HAS, VERSION_UNKNOWN };

/*
 * Whether @v contains what came with @releases, an array with the first release
 * of each branch that has it.  A later branch than all of these has it; an earlier
 * branch that is not among them is unknown, because the array may not be complete.
 */
enum version_verdict xen_version_has(const struct xen_version *v, const struct json *releases);
/* Whether @v is older than @release, which brought the fault. */
enum version_verdict xen_version_before(const struct xen_version *v, const char *release);

#endif
