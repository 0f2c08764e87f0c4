/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl.h"
#include "xalloc.h"

struct acl *acl_new(const struct acl_entry *entry, uint32_t nr)
{
	struct acl *acl = xmalloc(sizeof(*acl) + nr * sizeof(*entry));

	acl->refs = 1;
	acl->nr = nr;
	memcpy(acl->entry, entry, nr * sizeof(*entry));
	return acl;
}

struct acl *acl_get(struct acl *acl)
{
	acl->refs++;
	return acl;
}

void acl_put(struct acl *acl)
{
	if (acl && --acl->refs == 0)
		free(acl);
}

uint32_t acl_perms(const struct acl *acl, uint32_t domid, uint32_t target)
{
	uint32_t owner = acl_owner(acl), i;

	if (domid == 0 || domid == owner || target == owner)
		return PERM_READ | PERM_WRITE | PERM_OWNER;
	for (i = 1; i < acl->nr; i++)
		if (acl->entry[i].domid == domid || acl->entry[i].domid == target)
			return acl->entry[i].perms;
	return acl->entry[0].perms;
}

static bool parse_entry(const char *s, struct acl_entry *e)
{
	unsigned long id;
	char *end;

	switch (s[0]) {
	case 'r':
		e->perms = PERM_READ;
		break;
	case 'w':
		e->perms = PERM_WRITE;
		break;
	case 'b':
		e->perms = PERM_READ | PERM_WRITE;
		break;
	case 'n':
		e->perms = PERM_NONE;
		break;
	default:
		return false;
	}
	if (s[1] < '0' || s[1] > '9')
		return false;
	id = strtoul(s + 1, &end, 10);
	if (*end || id > UINT16_MAX)
		return false;
	e->domid = (uint16_t)id;
	return true;
}

struct acl *acl_parse(const char *text, size_t len)
{
	struct acl_entry *entry;
	struct acl *acl = NULL;
	uint32_t nr = 0;
	size_t pos = 0;

	if (!len || text[len - 1])
		return NULL;
	entry = xcalloc(len / 2 + 1, sizeof(*entry)); /* a string has two bytes or more */
	while (pos < len) {
		if (!parse_entry(text + pos, &entry[nr]))
			goto out;
		nr++;
		pos += strlen(text + pos) + 1;
	}
	acl = acl_new(entry, nr);
out:
	free(entry);
	return acl;
}

int acl_format(const struct acl *acl, char *buf, size_t size)
{
	static const char letter[4] = {'n', 'r', 'w', 'b'};
	size_t used = 0;
	uint32_t i;
	int n;

	for (i = 0; i < acl->nr; i++) {
		n = snprintf(buf + used, size - used, "%c%u", letter[acl->entry[i].perms & 3],
			     acl->entry[i].domid);
		if (n < 0 || used + (size_t)n + 1 > size)
			return -1;
		used += (size_t)n + 1;
	}
	return (int)used;
}

struct acl *acl_with_owner(struct acl *acl, uint32_t domid)
{
	struct acl *copy;

	if (acl_owner(acl) == domid)
		return acl_get(acl);
	copy = acl_new(acl->entry, acl->nr);
	copy->entry[0].domid = (uint16_t)domid;
	return copy;
}

struct acl *acl_without(const struct acl *acl, uint32_t domid)
{
	struct acl *copy;
	uint32_t i, nr = 1;

	for (i = 1; i < acl->nr; i++)
		if (acl->entry[i].domid == domid)
			break;
	if (i >= acl->nr)
		return NULL;
	copy = acl_new(acl->entry, acl->nr);
	for (i = 1; i < acl->nr; i++)
		if (acl->entry[i].domid != domid)
			copy->entry[nr++] = acl->entry[i];
	copy->nr = nr;
	return copy;
}
