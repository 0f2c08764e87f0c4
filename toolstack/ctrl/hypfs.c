/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/hypfs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xen/hypfs.h>

/* Room for an entry's present contents, which are read only for its type. */
#define CONTENTS 4096

static int hypfs_op(struct ctrl *ctrl, unsigned int cmd, const char *path, void *buf, size_t len)
{
	int ret = xencall5(ctrl->call, __HYPERVISOR_hypfs_op, cmd, (uintptr_t)path,
			   path ? strlen(path) + 1 : 0, (uintptr_t)buf, len);

	return ret < 0 ? -errno : ret;
}

int ctrl_hypfs_probe(struct ctrl *ctrl)
{
	int ret = hypfs_op(ctrl, XEN_HYPFS_OP_get_version, NULL, NULL, 0);

	return ret < 0 ? ret : 0;
}

static int encode_number(const char *text, bool is_signed, uint8_t *bytes, size_t len)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = is_signed ? (unsigned long long)strtoll(text, &end, 0) : strtoull(text, &end, 0);
	if (errno || end == text || *end || len > sizeof(v))
		return -EINVAL;
	memcpy(bytes, &v, len); /* little endian */
	return (int)len;
}

static int encode_bool(const char *text, uint8_t *bytes, size_t len)
{
	static const char *const words[] = {"0", "1", "no", "yes", "off", "on", "false", "true"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) != 0)
			continue;
		memset(bytes, 0, len);
		bytes[0] = i & 1;
		return (int)len;
	}
	return -EINVAL;
}

/* @value as the entry takes it: bytes in @to (CONTENTS), or -errno. */
static int encode(const struct xen_hypfs_direntry *entry, const char *value, uint8_t *to)
{
	size_t len = strlen(value) + 1;

	if (!entry->max_write_len)
		return -EACCES;
	if (entry->encoding != XEN_HYPFS_ENC_PLAIN || entry->content_len > CONTENTS)
		return -EINVAL;
	switch (entry->type) {
	case XEN_HYPFS_TYPE_STRING:
		if (len > entry->max_write_len || len > CONTENTS)
			return -E2BIG;
		memcpy(to, value, len);
		return (int)len;
	case XEN_HYPFS_TYPE_UINT:
	case XEN_HYPFS_TYPE_INT:
		return encode_number(value, entry->type == XEN_HYPFS_TYPE_INT, to,
				     entry->content_len);
	case XEN_HYPFS_TYPE_BOOL:
		return entry->content_len ? encode_bool(value, to, entry->content_len) : -EINVAL;
	default:
		return -EACCES;
	}
}

int ctrl_hypfs_write(struct ctrl *ctrl, const char *path, const char *value)
{
	size_t room = sizeof(struct xen_hypfs_direntry) + CONTENTS;
	char *name = ctrl_buffer_alloc(ctrl, XEN_HYPFS_MAX_PATHLEN);
	uint8_t *buf = ctrl_buffer_alloc(ctrl, room);
	struct xen_hypfs_direntry entry;
	int ret = -ENOMEM;

	if (!name || !buf)
		goto out;
	ret = -E2BIG;
	if (strlen(path) >= XEN_HYPFS_MAX_PATHLEN)
		goto out;
	memcpy(name, path, strlen(path) + 1);
	ret = hypfs_op(ctrl, XEN_HYPFS_OP_read, name, buf, room);
	/* -ENOBUFS: without the contents, which are of no interest here. */
	if (ret < 0 && ret != -ENOBUFS)
		goto out;
	memcpy(&entry, buf, sizeof(entry));
	ret = encode(&entry, value, buf);
	if (ret >= 0)
		ret = hypfs_op(ctrl, XEN_HYPFS_OP_write_contents, name, buf, (size_t)ret);
	if (ret > 0)
		ret = 0;
out:
	ctrl_buffer_free(ctrl, name);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}
