/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Path names: rules of docs "Xenstore protocol specification", section
 * introduction.  A canonical path starts with '/', or with '@' for the two
 * special watch names.
 */
#ifndef XENSTORED_PATH_H
#define XENSTORED_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

#define PATH_SIZE (XENSTORE_ABS_PATH_MAX + 1)

/*
 * Make the NUL-terminated name absolute for a domain and check it.
 * @privileged: no quota on the length below the domain's home.
 * @special: names starting with '@' are accepted.
 * 0 or EINVAL; *relative (may be NULL) tells whether name was relative.
 */
int path_canonical(const char *name, uint32_t domid, bool privileged, bool special,
		   char out[PATH_SIZE], bool *relative);

/* "/local/domain/<domid>" */
void path_home(uint32_t domid, char *buf, size_t size);
/* The parent's path into out; false for "/" and special names. */
bool path_parent(const char *path, char out[PATH_SIZE]);
/* Is child the same as parent, or below it? */
bool path_below(const char *parent, const char *child);
static inline bool path_is_special(const char *path)
{
	return path[0] == '@';
}

#endif
