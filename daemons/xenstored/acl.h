/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Permissions of a node: the owner, what all others may, and exceptions, in
 * the textual form of the wire protocol ("n0", "r1", "b2", "w3").  Objects are
 * shared between nodes and immutable.
 */
#ifndef XENSTORED_ACL_H
#define XENSTORED_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERM_NONE  0u
#define PERM_READ  1u
#define PERM_WRITE 2u
#define PERM_OWNER 8u

struct acl_entry {
	uint16_t domid;
	uint16_t perms; /* PERM_READ | PERM_WRITE */
};

struct acl {
	uint32_t refs;
	uint32_t nr; /* at least 1; entry 0 is owner and default */
	struct acl_entry entry[];
};

struct acl *acl_new(const struct acl_entry *entry, uint32_t nr);
struct acl *acl_get(struct acl *acl);
void acl_put(struct acl *acl);

/* What a domain may, given its own id and that of its target (or its own). */
uint32_t acl_perms(const struct acl *acl, uint32_t domid, uint32_t target);
static inline uint32_t acl_owner(const struct acl *acl)
{
	return acl->entry[0].domid;
}

/* Parse n NUL-terminated strings in [text, text + len); NULL if malformed. */
struct acl *acl_parse(const char *text, size_t len);
/* Strings with their NULs into buf; the length, or -1 if it does not fit. */
int acl_format(const struct acl *acl, char *buf, size_t size);

/* A copy owned by another domain; the same with a new reference if it is so already. */
struct acl *acl_with_owner(struct acl *acl, uint32_t domid);
/* A copy without exceptions for a domain, NULL if it has none. */
struct acl *acl_without(const struct acl *acl, uint32_t domid);

#endif
