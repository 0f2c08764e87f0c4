/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "quota.h"
#include "path.h"

#define LEGAL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@"

void path_home(uint32_t domid, char *buf, size_t size)
{
	snprintf(buf, size, "/local/domain/%u", domid);
}

/* Bytes of "/local/domain/<n>/" at the start of an absolute path, else 0. */
static size_t home_prefix(const char *path)
{
	static const char dir[] = "/local/domain/";
	size_t n = sizeof(dir) - 1, digits;

	if (strncmp(path, dir, n) != 0)
		return 0;
	digits = strspn(path + n, "0123456789");
	if (!digits || digits > 5 || path[n + digits] != '/')
		return 0;
	return n + digits + 1;
}

int path_canonical(const char *name, uint32_t domid, bool privileged, bool special,
		   char out[PATH_SIZE], bool *relative)
{
	bool rel = name[0] != '/' && name[0] != '@';
	size_t len = strlen(name);
	int n;

	if (relative)
		*relative = rel;
	if (name[0] == '\0' || (name[0] == '@' && !special))
		return EINVAL;
	if (rel) {
		if (len > XENSTORE_REL_PATH_MAX)
			return EINVAL;
		n = snprintf(out, PATH_SIZE, "/local/domain/%u/%s", domid, name);
		if (n < 0 || n >= PATH_SIZE)
			return EINVAL;
	} else {
		if (len >= XENSTORE_ABS_PATH_MAX)
			return EINVAL;
		memcpy(out, name, len + 1);
	}
	len = strlen(out);
	if (strspn(out, LEGAL) != len || strstr(out, "//"))
		return EINVAL;
	if (len > 1 && out[len - 1] == '/')
		return EINVAL;
	if (!privileged && len > home_prefix(out) + QUOTA_PATH)
		return EINVAL;
	return 0;
}

bool path_parent(const char *path, char out[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');
	size_t len;

	if (path[0] != '/' || path[1] == '\0')
		return false;
	len = slash == path ? 1 : (size_t)(slash - path);
	memcpy(out, path, len);
	out[len] = '\0';
	return true;
}

bool path_below(const char *parent, const char *child)
{
	size_t len = strlen(parent);

	if (!strcmp(parent, "/"))
		return child[0] == '/';
	return !strncmp(parent, child, len) && (child[len] == '/' || child[len] == '\0');
}
