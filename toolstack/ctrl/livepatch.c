/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/livepatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hv/nacre_sysctl.h>
#include <xen/version.h>

/* The list is asked for again as often as this when the set changes under it. */
#define LIST_TRIES 16
/* XEN_SYSCTL_LIVEPATCH_LIST takes no more at once. */
#define LIST_MAX      1024u
#define METADATA_MAX  (64u << 20)
#define POLL_FIRST_MS 1u
#define POLL_LAST_MS  64u

int ctrl_livepatch_build_id(struct ctrl *ctrl, struct ctrl_build_id *id)
{
	struct {
		uint32_t len;
		uint8_t buf[CTRL_BUILD_ID_MAX];
	} arg = {.len = sizeof(arg.buf)};
	int len =
		ctrl_hypercall(ctrl, __HYPERVISOR_xen_version, XENVER_build_id, &arg, sizeof(arg));

	memset(id, 0, sizeof(*id));
	if (len < 0)
		return len;
	if (len > CTRL_BUILD_ID_MAX)
		return -EPROTO;
	memcpy(id->bytes, arg.buf, (size_t)len);
	id->len = (size_t)len;
	return 0;
}

/* A copy of @name that the hypervisor can read, in *name to be freed. */
static int put_name(struct ctrl *ctrl, struct xen_livepatch_name *out, const char *name)
{
	size_t len = strlen(name);
	char *buf;

	if (!len || len > CTRL_LIVEPATCH_NAME_MAX)
		return -EINVAL;
	buf = ctrl_buffer_alloc(ctrl, len + 1);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, name, len + 1);
	out->size = (uint16_t)(len + 1);
	set_xen_guest_handle(out->name, buf);
	return 0;
}

static int named_op(struct ctrl *ctrl, struct xen_sysctl *op, struct xen_livepatch_name *field,
		    const char *name)
{
	int ret = put_name(ctrl, field, name);
	void *buf;

	if (ret)
		return ret;
	buf = field->name.p;
	ret = ctrl_sysctl(ctrl, op);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_livepatch_upload(struct ctrl *ctrl, const char *name, const void *file, size_t size)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_livepatch_op};
	struct xen_sysctl_livepatch_upload *u = &op.u.livepatch.u.upload;
	uint8_t *buf;
	int ret;

	if (!size || size > CTRL_LIVEPATCH_SIZE_MAX)
		return -EINVAL;
	buf = ctrl_buffer_alloc(ctrl, size);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, file, size);
	op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_UPLOAD;
	u->size = size;
	set_xen_guest_handle(u->payload, buf);
	ret = named_op(ctrl, &op, &u->name, name);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_livepatch_get(struct ctrl *ctrl, const char *name, struct xen_livepatch_status *status)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_livepatch_op};
	struct xen_sysctl_livepatch_get *get = &op.u.livepatch.u.get;
	int ret;

	op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_GET;
	ret = named_op(ctrl, &op, &get->name, name);
	*status = get->status;
	return ret;
}

/* --- the list ------------------------------------------------------------------------ */

/* What one call fills in. */
struct list_buffers {
	uint32_t nr;
	uint32_t names_size, metadata_size;
	xen_livepatch_status_t *status;
	uint32_t *name_len, *metadata_len;
	char *names, *metadata;
};

static void buffers_free(struct ctrl *ctrl, struct list_buffers *b)
{
	ctrl_buffer_free(ctrl, b->status);
	ctrl_buffer_free(ctrl, b->name_len);
	ctrl_buffer_free(ctrl, b->metadata_len);
	ctrl_buffer_free(ctrl, b->names);
	ctrl_buffer_free(ctrl, b->metadata);
}

/* Xen up to 4.20 writes as much as there is, not as much as there is room for: a page
 * more than it has just said is for a set that grows meanwhile. */
static int buffers_alloc(struct ctrl *ctrl, struct list_buffers *b)
{
	b->status = ctrl_buffer_alloc(ctrl, b->nr * sizeof(*b->status));
	b->name_len = ctrl_buffer_alloc(ctrl, b->nr * sizeof(*b->name_len));
	b->metadata_len = ctrl_buffer_alloc(ctrl, b->nr * sizeof(*b->metadata_len));
	b->names = ctrl_buffer_alloc(ctrl, b->names_size + CTRL_PAGE_SIZE);
	b->metadata = ctrl_buffer_alloc(ctrl, b->metadata_size + CTRL_PAGE_SIZE);
	if (b->status && b->name_len && b->metadata_len && b->names && b->metadata)
		return 0;
	buffers_free(ctrl, b);
	return -ENOMEM;
}

/* Entries that were written, or -errno; *version of the set they were taken from. */
static int list_op(struct ctrl *ctrl, const struct list_buffers *b, uint32_t *version)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_livepatch_op};
	struct xen_sysctl_livepatch_list *l = &op.u.livepatch.u.list;
	int ret;

	op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_LIST;
	l->nr = b->nr;
	l->name_total_size = b->names_size;
	l->metadata_total_size = b->metadata_size;
	set_xen_guest_handle(l->status, b->status);
	set_xen_guest_handle(l->name, b->names);
	set_xen_guest_handle(l->len, b->name_len);
	set_xen_guest_handle(l->metadata, b->metadata);
	set_xen_guest_handle(l->metadata_len, b->metadata_len);
	ret = ctrl_sysctl(ctrl, &op);
	*version = l->version;
	return ret;
}

static int probe(struct ctrl *ctrl, struct list_buffers *b, uint32_t *version)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_livepatch_op};
	const struct xen_sysctl_livepatch_list *l = &op.u.livepatch.u.list;
	int ret;

	op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_LIST;
	ret = ctrl_sysctl(ctrl, &op);
	if (ret < 0)
		return ret;
	if (l->nr > LIST_MAX || l->name_total_size > LIST_MAX * XEN_LIVEPATCH_NAME_SIZE ||
	    l->metadata_total_size > METADATA_MAX)
		return -EPROTO;
	*b = (struct list_buffers){.nr = l->nr,
				   .names_size = l->name_total_size,
				   .metadata_size = l->metadata_total_size};
	*version = l->version;
	return 0;
}

/* Lengths that do not fit into what they were taken from are not believed. */
static int unpack(const struct list_buffers *b, struct ctrl_livepatch_list *list)
{
	size_t name_at = 0, meta_at = 0;

	list->payload = calloc(b->nr, sizeof(*list->payload));
	/* One NUL for each, behind what the hypervisor gave. */
	list->metadata = calloc(1, (size_t)b->metadata_size + b->nr);
	if (!list->payload || !list->metadata)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->nr; i++) {
		struct ctrl_livepatch *p = &list->payload[i];
		uint32_t len = b->name_len[i], meta = b->metadata_len[i];
		char *to = list->metadata + meta_at + i;

		if (!len || len > sizeof(p->name) || len > b->names_size - name_at ||
		    meta > b->metadata_size - meta_at)
			return -EPROTO;
		memcpy(p->name, b->names + name_at, len);
		p->name[len - 1] = '\0';
		memcpy(to, b->metadata + meta_at, meta);
		p->metadata = to;
		p->metadata_len = meta;
		p->state = b->status[i].state;
		p->rc = b->status[i].rc;
		name_at += len;
		meta_at += meta;
	}
	list->nr = b->nr;
	return 0;
}

/* -EAGAIN: the set has changed between the two calls. */
static int list_once(struct ctrl *ctrl, struct ctrl_livepatch_list *list)
{
	struct list_buffers b;
	uint32_t version;
	int ret = probe(ctrl, &b, &list->version);

	if (ret || !b.nr)
		return ret;
	ret = buffers_alloc(ctrl, &b);
	if (ret)
		return ret;
	ret = list_op(ctrl, &b, &version);
	if (ret == -ENOBUFS || (ret >= 0 && (version != list->version || (uint32_t)ret != b.nr)))
		ret = -EAGAIN;
	if (ret >= 0)
		ret = unpack(&b, list);
	buffers_free(ctrl, &b);
	return ret;
}

int ctrl_livepatch_list(struct ctrl *ctrl, struct ctrl_livepatch_list *list)
{
	int ret = -EAGAIN;

	memset(list, 0, sizeof(*list));
	for (unsigned int i = 0; i < LIST_TRIES && ret == -EAGAIN; i++)
		ret = list_once(ctrl, list);
	if (ret)
		ctrl_livepatch_list_free(list);
	return ret == -EAGAIN ? -EBUSY : ret;
}

void ctrl_livepatch_list_free(struct ctrl_livepatch_list *list)
{
	free(list->payload);
	free(list->metadata);
	memset(list, 0, sizeof(*list));
}

const char *ctrl_livepatch_meta(const struct ctrl_livepatch *p, const char *key, unsigned int nth)
{
	const char *at = p->metadata, *end = at + p->metadata_len;
	size_t len = strlen(key);

	for (; at < end; at += strlen(at) + 1)
		if (!strncmp(at, key, len) && at[len] == '=' && !nth--)
			return at + len + 1;
	return NULL;
}

/* --- actions ---------------------------------------------------------------------------- */

int ctrl_livepatch_action(struct ctrl *ctrl, const char *name, uint32_t cmd, uint32_t timeout_ns,
			  uint32_t flags)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_livepatch_op};
	struct xen_sysctl_livepatch_action *a = &op.u.livepatch.u.action;

	op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_ACTION;
	a->cmd = cmd;
	a->timeout = timeout_ns;
	a->flags = flags;
	return named_op(ctrl, &op, &a->name, name);
}

int ctrl_livepatch_outcome(struct ctrl *ctrl, const char *name, uint32_t cmd)
{
	struct xen_livepatch_status status;
	int ret = ctrl_livepatch_get(ctrl, name, &status);
	uint32_t wanted =
		cmd == LIVEPATCH_ACTION_REVERT ? LIVEPATCH_STATE_CHECKED : LIVEPATCH_STATE_APPLIED;

	if (cmd == LIVEPATCH_ACTION_UNLOAD)
		return ret == -ENOENT ? 0 : ret ? ret : -EPROTO;
	if (ret)
		return ret;
	if (status.rc)
		return status.rc;
	return status.state == wanted ? 0 : -EPROTO;
}

unsigned int ctrl_livepatch_poll_ms(unsigned int nth)
{
	return nth < 6 ? POLL_FIRST_MS << nth : POLL_LAST_MS;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int ctrl_livepatch_wait(struct ctrl *ctrl, const char *name, uint32_t cmd, unsigned int deadline_ms)
{
	int64_t end = now_ms() + deadline_ms;
	int ret;

	for (unsigned int n = 0;; n++) {
		struct timespec pause = {0, ctrl_livepatch_poll_ms(n) * 1000000l};

		ret = ctrl_livepatch_outcome(ctrl, name, cmd);
		if (ret != -EAGAIN)
			return ret;
		if (now_ms() >= end)
			return -ETIMEDOUT;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}

int ctrl_livepatch_info(struct ctrl *ctrl, const char *name, struct ctrl_livepatch_info *info)
{
	struct xen_sysctl op = {.cmd = NACRE_SYSCTL_livepatch_info};
	const struct nacre_sysctl_livepatch_info *in = NACRE_SYSCTL_ARG(&op, livepatch_info);
	int ret = named_op(ctrl, &op, &NACRE_SYSCTL_ARG(&op, livepatch_info)->name, name);

	memset(info, 0, sizeof(*info));
	if (ret)
		return ret;
	if (in->id_len > sizeof(info->id.bytes))
		return -EPROTO;
	info->pause_ns = in->pause_ns;
	info->gather_ns = in->gather_ns;
	info->position = in->position;
	info->functions = in->functions;
	info->cmd = in->cmd;
	info->id.len = in->id_len;
	memcpy(info->id.bytes, in->build_id, in->id_len);
	return 0;
}
