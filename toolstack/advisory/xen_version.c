/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "xen_version.h"

#include <string.h>

/* One to four digits at *@at, which moves behind them. */
static bool take_number(const char **at, unsigned int *number)
{
	size_t digits = strspn(*at, "0123456789");

	if (digits < 1 || digits > 4)
		return false;
	for (*number = 0; digits; digits--)
		*number = *number * 10 + (unsigned int)(*(*at)++ - '0');
	return true;
}

bool xen_version_parse(const char *text, struct xen_version *v)
{
	*v = (struct xen_version){0};
	if (!take_number(&text, &v->major) || *text++ != '.' || !take_number(&text, &v->minor))
		return false;
	if (*text++ == '.' && take_number(&text, &v->patch))
		v->exact = !*text;
	return true;
}

static int compare_branch(const struct xen_version *a, const struct xen_version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	return a->minor < b->minor ? -1 : a->minor > b->minor;
}

/* Both of the same branch: is @v at or behind @release? */
static enum version_verdict reached(const struct xen_version *v, const struct xen_version *release)
{
	if (v->patch > release->patch)
		return VERSION_HAS;
	if (v->exact)
		return v->patch == release->patch ? VERSION_HAS : VERSION_LACKS;
	/* On the way to this very release: nobody can tell how far. */
	return v->patch == release->patch ? VERSION_UNKNOWN : VERSION_LACKS;
}

enum version_verdict xen_version_has(const struct xen_version *v, const struct json *releases)
{
	bool later = false, earlier = false;
	size_t i;

	for (i = 0; releases && i < releases->nr; i++) {
		struct xen_version r;
		int order;

		if (!xen_version_parse(json_string(releases->items[i], ""), &r))
			continue;
		order = compare_branch(v, &r);
		if (order == 0)
			return reached(v, &r);
		later |= order > 0;
		earlier |= order < 0;
	}
	return later && !earlier ? VERSION_HAS : VERSION_UNKNOWN;
}

enum version_verdict xen_version_before(const struct xen_version *v, const char *release)
{
	struct xen_version r;
	enum version_verdict has;

	if (!xen_version_parse(release, &r))
		return VERSION_UNKNOWN;
	if (compare_branch(v, &r) != 0)
		return compare_branch(v, &r) < 0 ? VERSION_HAS : VERSION_LACKS;
	has = reached(v, &r);
	if (has == VERSION_UNKNOWN)
		return has;
	return has == VERSION_HAS ? VERSION_LACKS : VERSION_HAS;
}
