/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fake_livepatch.h"
#include "fake_xen.h"

#include <errno.h>
#include <string.h>

#include <hv/nacre_sysctl.h>

struct fake_livepatch fake_patches;
static struct fake_livepatch *const all = &fake_patches;

struct fake_patch *fake_livepatch_find(const char *name)
{
	for (unsigned int i = 0; i < all->nr; i++)
		if (!strcmp(all->patch[i].name, name))
			return &all->patch[i];
	return NULL;
}

static unsigned int index_of(const struct fake_patch *p)
{
	return (unsigned int)(p - all->patch);
}

/* The payload that a call names, NULL and *@err. */
static struct fake_patch *named(const struct xen_livepatch_name *name, int *err)
{
	struct fake_patch *p = NULL;

	*err = -EINVAL;
	if (!name->size || name->size > XEN_LIVEPATCH_NAME_SIZE || name->pad[0] || name->pad[1] ||
	    name->pad[2] || name->name.p[name->size - 1])
		return NULL;
	p = fake_livepatch_find(name->name.p);
	*err = p ? 0 : -ENOENT;
	return p;
}

static bool same_id(const struct ctrl_build_id *a, const struct ctrl_build_id *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

static int upload(const struct xen_sysctl_livepatch_upload *u)
{
	struct fake_patch *p = &all->patch[all->nr];
	int err;

	if (named(&u->name, &err))
		return -EEXIST;
	if (err != -ENOENT)
		return err;
	if (all->nr == FAKE_PATCHES)
		return -ENOSPC;
	memset(p, 0, sizeof(*p));
	strcpy(p->name, u->name.name.p);
	p->state = LIVEPATCH_STATE_CHECKED;
	err = all->read ? all->read(p, u->payload.p, u->size) : 0;
	for (unsigned int i = 0; i < all->nr && !err; i++)
		if (p->id.len && same_id(&all->patch[i].id, &p->id))
			err = -EEXIST;
	if (err)
		return err;
	all->nr++;
	all->version++;
	all->uploads++;
	return 0;
}

static void reverted(struct fake_patch *p)
{
	p->state = LIVEPATCH_STATE_CHECKED;
	p->used = p->has_data;
}

/* The CPUs have met. */
static void finish(void)
{
	struct fake_patch *p = &all->patch[all->pending];

	p->rc = all->outcome;
	p->last_cmd = all->pending_cmd;
	all->pending = -1;
	if (p->rc)
		return;
	if (all->pending_cmd == LIVEPATCH_ACTION_REPLACE)
		while (all->depth)
			reverted(&all->patch[all->stack[--all->depth]]);
	if (all->pending_cmd == LIVEPATCH_ACTION_REVERT) {
		all->depth--;
		reverted(p);
		return;
	}
	all->stack[all->depth++] = index_of(p);
	p->state = LIVEPATCH_STATE_APPLIED;
}

static int get(struct xen_sysctl_livepatch_get *g)
{
	int err;
	struct fake_patch *p = named(&g->name, &err);

	if (all->pending >= 0 && !all->polls_left--)
		finish();
	if (!p)
		return err;
	g->status.state = p->state;
	g->status.rc = p->rc;
	return 0;
}

static int list(struct xen_sysctl_livepatch_list *l)
{
	uint32_t names = 0, metadata = 0, i, room = l->nr;

	if (all->before_list)
		all->before_list(l->nr);
	for (i = 0; i < room && l->idx + i < all->nr; i++) {
		const struct fake_patch *p = &all->patch[l->idx + i];
		uint32_t len = (uint32_t)strlen(p->name) + 1;

		if ((l->name_total_size && len > l->name_total_size - names) ||
		    (l->metadata_total_size && p->metadata_len > l->metadata_total_size - metadata))
			return -ENOBUFS;
		l->status.p[i] = (xen_livepatch_status_t){p->state, p->rc};
		l->len.p[i] = len;
		l->metadata_len.p[i] = p->metadata_len + all->lie;
		memcpy(l->name.p + names, p->name, len);
		memcpy(l->metadata.p + metadata, p->metadata, p->metadata_len);
		names += len;
		metadata += p->metadata_len;
	}
	l->version = all->version;
	l->nr = all->nr - l->idx - i;
	l->name_total_size = l->metadata_total_size = 0;
	for (unsigned int n = 0; n < all->nr; n++) {
		l->name_total_size += (uint32_t)strlen(all->patch[n].name) + 1;
		l->metadata_total_size += all->patch[n].metadata_len;
	}
	return (int)i;
}

static int unload(struct fake_patch *p)
{
	unsigned int gone = index_of(p);

	if (p->state != LIVEPATCH_STATE_CHECKED)
		return -EINVAL;
	memmove(p, p + 1, (all->nr - gone - 1) * sizeof(*p));
	for (unsigned int i = 0; i < all->depth; i++)
		all->stack[i] -= all->stack[i] > gone;
	all->nr--;
	all->version++;
	return 0;
}

static int check(const struct fake_patch *p, const struct xen_sysctl_livepatch_action *a)
{
	const struct ctrl_build_id *top = &all->hypervisor;

	if (all->refuse && !strcmp(all->refuse, p->name) && !all->refuse_after--)
		return -EINVAL;
	if (a->cmd == LIVEPATCH_ACTION_REVERT)
		return all->stack[all->depth - 1] == index_of(p) ? 0 : -EBUSY;
	if (a->cmd == LIVEPATCH_ACTION_APPLY && all->depth)
		top = &all->patch[all->stack[all->depth - 1]].id;
	return a->flags & LIVEPATCH_ACTION_APPLY_NODEPS || same_id(&p->depends, top) ? 0 : -EINVAL;
}

static int action(const struct xen_sysctl_livepatch_action *a)
{
	int err;
	struct fake_patch *p = named(&a->name, &err);

	if (!p)
		return err;
	if (all->pending >= 0)
		return -EBUSY;
	if (a->cmd == LIVEPATCH_ACTION_UNLOAD)
		return unload(p);
	if (p->state !=
	    (a->cmd == LIVEPATCH_ACTION_REVERT ? LIVEPATCH_STATE_APPLIED : LIVEPATCH_STATE_CHECKED))
		return 0;
	err = check(p, a);
	if (err)
		return err;
	if (p->used) {
		p->rc = -EINVAL;
		return 0;
	}
	p->rc = -EAGAIN;
	all->pending = (int)index_of(p);
	all->pending_cmd = a->cmd;
	all->polls_left = all->polls;
	all->actions++;
	return 0;
}

static int livepatch(struct xen_sysctl_livepatch_op *l)
{
	switch (l->cmd) {
	case XEN_SYSCTL_LIVEPATCH_UPLOAD:
		return upload(&l->u.upload);
	case XEN_SYSCTL_LIVEPATCH_GET:
		return get(&l->u.get);
	case XEN_SYSCTL_LIVEPATCH_LIST:
		return list(&l->u.list);
	default:
		return action(&l->u.action);
	}
}

static int info(struct nacre_sysctl_livepatch_info *info)
{
	int err;
	const struct fake_patch *p = named(&info->name, &err);

	if (!p)
		return err;
	info->cmd = p->last_cmd;
	info->functions = 3;
	info->pause_ns = p->last_cmd ? 1234 : 0;
	info->gather_ns = p->last_cmd ? 1000 : 0;
	info->position = 0;
	for (unsigned int i = 0; i < all->depth; i++)
		if (all->stack[i] == index_of(p))
			info->position = i + 1;
	info->id_len = (uint32_t)p->id.len;
	memcpy(info->build_id, p->id.bytes, p->id.len);
	return 0;
}

static int sysctl(struct xen_sysctl *op)
{
	if (op->interface_version != XEN_SYSCTL_INTERFACE_VERSION)
		return -EACCES;
	if (op->cmd == XEN_SYSCTL_livepatch_op)
		return op->u.livepatch.pad ? -EINVAL : livepatch(&op->u.livepatch);
	if (op->cmd == NACRE_SYSCTL_livepatch_info && !all->is_xen)
		return info(NACRE_SYSCTL_ARG(op, livepatch_info));
	return -ENOSYS;
}

void fake_livepatch_reset(void)
{
	memset(all, 0, sizeof(*all));
	all->pending = -1;
	fake.sysctl = sysctl;
}
