/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XEN_SYSCTL_livepatch_op (xen/sysctl.h): upload, get, list, action.  Actions are
 * asynchronous: the caller asks with GET until the payload's rc is no longer
 * -XEN_EAGAIN.  An action that does not fit the payload's state is no error of
 * the call and changes nothing, as in Xen, but for unloading.
 */
#include "livepatch.h"
#include "sysctl.h"

#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/string.h>

#define DEFAULT_TIMEOUT_NS 30000000u
#define LIST_MAX	   1024u
#define MAX_PAYLOADS	   LIST_MAX

static uint32_t nr_payloads, list_version;

static int get_name(const struct xen_livepatch_name *in, char out[XEN_LIVEPATCH_NAME_SIZE])
{
	if (!in->size || in->size > XEN_LIVEPATCH_NAME_SIZE || in->pad[0] || in->pad[1] ||
	    in->pad[2])
		return -XEN_EINVAL;
	memset(out, 0, XEN_LIVEPATCH_NAME_SIZE);
	if (copy_from_handle(out, in->name, in->size))
		return -XEN_EFAULT;
	if (out[in->size - 1] || !out[0])
		return -XEN_EINVAL;
	/* The name goes into logs and tables: one word of printable characters. */
	for (const char *c = out; *c; c++)
		if (*c <= ' ' || *c > '~')
			return -XEN_EINVAL;
	return 0;
}

static struct payload *find(const char *name)
{
	struct list *at;

	list_for_each (at, &payload_list) {
		struct payload *p = list_entry(at, struct payload, link);

		if (!strcmp(p->name, name))
			return p;
	}
	return NULL;
}

/* --- upload ------------------------------------------------------------------------ */

static int load_from(struct payload *p, const struct xen_sysctl_livepatch_upload *u)
{
	uint8_t *file = heap_alloc(u->size);
	int rc;

	if (!file)
		return -XEN_ENOMEM;
	if (copy_from_handle(file, u->payload, u->size))
		rc = -XEN_EFAULT;
	else
		rc = payload_load(p, file, u->size);
	heap_free(file);
	return rc;
}

static int upload(const struct xen_sysctl_livepatch_upload *u)
{
	char name[XEN_LIVEPATCH_NAME_SIZE];
	struct payload *p;
	int rc = get_name(&u->name, name);

	if (rc)
		return rc;
	if (!u->size || u->size > LIVEPATCH_MAX_SIZE)
		return -XEN_EINVAL;
	if (find(name))
		return -XEN_EEXIST;
	if (nr_payloads == MAX_PAYLOADS)
		return -XEN_ENOSPC;
	p = heap_alloc(sizeof(*p));
	if (!p)
		return -XEN_ENOMEM;
	memcpy(p->name, name, sizeof(name));
	p->state = LIVEPATCH_STATE_CHECKED;
	list_init(&p->stacked);
	rc = load_from(p, u);
	if (rc) {
		patch_say(name, "refused, rc=%d", rc);
		payload_free(p);
		return rc;
	}
	list_append(&payload_list, &p->link);
	nr_payloads++;
	list_version++;
	patch_say(name, "uploaded, %u functions", p->nr_sites);
	return 0;
}

/* --- get and list --------------------------------------------------------------------- */

static int get(struct xen_sysctl_livepatch_get *g)
{
	char name[XEN_LIVEPATCH_NAME_SIZE];
	const struct payload *p;
	int rc = get_name(&g->name, name);

	if (rc)
		return rc;
	p = find(name);
	if (!p)
		return -XEN_ENOENT;
	g->status.state = p->state;
	g->status.rc = p->rc;
	return 0;
}

static uint32_t name_size(const struct payload *p)
{
	return (uint32_t)strlen(p->name) + 1;
}

struct list_cursor {
	uint32_t nr, names, metadata; /* entries and bytes written so far */
};

static int put_entry(const struct xen_sysctl_livepatch_list *l, const struct payload *p,
		     struct list_cursor *c)
{
	struct xen_livepatch_status status = {p->state, p->rc};
	uint32_t len = name_size(p), metadata_len = p->metadata_len;

	/* In this version of the interface the sizes are output only, and Xen's own tools
	 * leave them zero: they cannot tell how much room they have.  Who says it is told
	 * to start again instead of being overrun when the set has changed. */
	if ((l->name_total_size && len > l->name_total_size - c->names) ||
	    (l->metadata_total_size && metadata_len > l->metadata_total_size - c->metadata))
		return -XEN_ENOBUFS;
	if (copy_to_handle_offset(l->status, c->nr, &status, 1) ||
	    copy_to_handle_offset(l->len, c->nr, &len, 1) ||
	    copy_to_handle_offset(l->metadata_len, c->nr, &metadata_len, 1) ||
	    copy_to_handle_offset(l->name, c->names, p->name, len))
		return -XEN_EFAULT;
	if (metadata_len &&
	    copy_to_handle_offset(l->metadata, c->metadata, p->metadata, metadata_len))
		return -XEN_EFAULT;
	c->nr++;
	c->names += len;
	c->metadata += metadata_len;
	return 0;
}

static int put_entries(const struct xen_sysctl_livepatch_list *l, struct list_cursor *c)
{
	uint32_t i = 0;
	struct list *at;

	list_for_each (at, &payload_list) {
		int rc;

		if (i++ < l->idx)
			continue;
		if (c->nr == l->nr)
			break;
		rc = put_entry(l, list_entry(at, struct payload, link), c);
		if (rc)
			return rc;
	}
	return 0;
}

static int list(struct xen_sysctl_livepatch_list *l)
{
	struct list_cursor c = {0};
	struct list *at;
	int rc = 0;

	if (l->nr > LIST_MAX)
		return -XEN_E2BIG;
	if (l->pad || (l->idx && l->idx >= nr_payloads))
		return -XEN_EINVAL;
	if (l->nr) {
		rc = put_entries(l, &c);
		if (rc)
			return rc;
	}
	l->name_total_size = l->metadata_total_size = 0;
	list_for_each (at, &payload_list) {
		const struct payload *p = list_entry(at, struct payload, link);

		l->name_total_size += name_size(p);
		l->metadata_total_size += p->metadata_len;
	}
	l->version = list_version;
	l->nr = nr_payloads - l->idx - c.nr;
	return (int)c.nr;
}

/* --- actions ------------------------------------------------------------------------ */

static int unload(struct payload *p)
{
	if (p->state != LIVEPATCH_STATE_CHECKED)
		return -XEN_EINVAL;
	if (p->users) {
		patch_say(p->name, "another payload uses its symbols; unload that first");
		return -XEN_EBUSY;
	}
	patch_say(p->name, "unloaded");
	list_del(&p->link);
	nr_payloads--;
	list_version++;
	payload_free(p);
	return 0;
}

static int check_depends(const struct payload *p, bool on_hypervisor)
{
	struct patch_id id;
	const char *on = "the hypervisor";
	int rc = hypervisor_build_id(&id);

	if (rc)
		return rc;
	if (!on_hypervisor && !list_empty(&payload_stack)) {
		const struct payload *top = list_entry(payload_stack.prev, struct payload, stacked);

		id = top->id;
		on = top->name;
	}
	if (patch_id_equal(&p->depends, &id))
		return 0;
	patch_say(p->name, "does not belong on top of %s", on);
	return -XEN_EINVAL;
}

static int check_expectations(const struct payload *p)
{
	for (uint32_t i = 0; i < p->nr_sites; i++) {
		const struct patch_site *s = &p->site[i];

		if (!s->expect_len || !memcmp(s->old, s->expect, s->expect_len))
			continue;
		patch_say(p->name, "function %s is not as the payload expects it", s->name);
		return -XEN_EINVAL;
	}
	return 0;
}

static int ask(struct payload *p, livepatch_pre_fn *hook, const char *what)
{
	int rc = hook ? hook(p) : 0;

	if (!rc)
		return 0;
	patch_say(p->name, "its hook forbids to %s, rc=%d", what, rc);
	p->rc = rc;
	return rc;
}

static int start_apply(struct payload *p, const struct xen_sysctl_livepatch_action *a)
{
	int rc = 0;

	if (!(a->flags & LIVEPATCH_ACTION_APPLY_NODEPS))
		rc = check_depends(p, false);
	if (!rc)
		rc = check_expectations(p);
	if (!rc)
		rc = ask(p, p->hooks.pre_apply, "apply");
	return rc;
}

static int start_revert(struct payload *p)
{
	if (payload_stack.prev != &p->stacked) {
		patch_say(p->name, "%s was applied later; revert that first",
			  list_entry(payload_stack.prev, struct payload, stacked)->name);
		return -XEN_EBUSY;
	}
	return ask(p, p->hooks.pre_revert, "revert");
}

static bool vetoes(const struct payload *p)
{
	return p->hooks.pre_apply || p->hooks.post_apply || p->hooks.pre_revert ||
	       p->hooks.post_revert;
}

static int start_replace(struct payload *p)
{
	bool veto = vetoes(p);
	struct list *at;
	int rc = check_depends(p, true);

	if (rc)
		return rc;
	list_for_each (at, &payload_stack)
		veto |= vetoes(list_entry(at, struct payload, stacked));
	if (!veto)
		return 0;
	patch_say(p->name, "cannot replace while payloads have pre- or post-hooks");
	return -XEN_EOPNOTSUPP;
}

/* 0 and *@go: the CPUs are to meet. */
static int start(struct payload *p, const struct xen_sysctl_livepatch_action *a, bool *go)
{
	bool reverts = a->cmd == LIVEPATCH_ACTION_REVERT;
	int rc;

	*go = false;
	if (p->state != (reverts ? LIVEPATCH_STATE_APPLIED : LIVEPATCH_STATE_CHECKED))
		return 0;
	if (!reverts && p->reverted && p->has_data) {
		patch_say(p->name, "its data is used; unload it and upload it again");
		p->rc = -XEN_EINVAL;
		return 0;
	}
	if (a->cmd == LIVEPATCH_ACTION_APPLY)
		rc = start_apply(p, a);
	else
		rc = reverts ? start_revert(p) : start_replace(p);
	*go = !rc;
	return rc;
}

static int action(const struct xen_sysctl_livepatch_action *a)
{
	char name[XEN_LIVEPATCH_NAME_SIZE];
	struct payload *p;
	bool go;
	int rc;

	if (a->pad)
		return -XEN_EINVAL;
	rc = get_name(&a->name, name);
	if (rc)
		return rc;
	p = find(name);
	if (!p)
		return -XEN_ENOENT;
	if (livepatch_busy())
		return -XEN_EBUSY;
	if (a->cmd == LIVEPATCH_ACTION_UNLOAD)
		return unload(p);
	if (a->cmd < LIVEPATCH_ACTION_REVERT || a->cmd > LIVEPATCH_ACTION_REPLACE)
		return -XEN_EOPNOTSUPP;
	rc = start(p, a, &go);
	if (go)
		livepatch_begin(p, a->cmd, a->timeout ? a->timeout : DEFAULT_TIMEOUT_NS);
	return rc;
}

int sysctl_livepatch(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_livepatch_op *l = &op->u.livepatch;
	int rc;

	if (l->pad)
		return -XEN_EINVAL;
	switch (l->cmd) {
	case XEN_SYSCTL_LIVEPATCH_UPLOAD:
		return upload(&l->u.upload);
	case XEN_SYSCTL_LIVEPATCH_GET:
		rc = get(&l->u.get);
		break;
	case XEN_SYSCTL_LIVEPATCH_LIST:
		rc = list(&l->u.list);
		break;
	case XEN_SYSCTL_LIVEPATCH_ACTION:
		return action(&l->u.action);
	default:
		return -XEN_EOPNOTSUPP;
	}
	*copyback = rc >= 0;
	return rc;
}

/* hv/nacre_sysctl.h */
int sysctl_livepatch_info(struct xen_sysctl *op, bool *copyback)
{
	struct nacre_sysctl_livepatch_info *info = NACRE_SYSCTL_ARG(op, livepatch_info);
	char name[XEN_LIVEPATCH_NAME_SIZE];
	const struct payload *p;
	uint32_t position = 0;
	struct list *at;
	int rc = get_name(&info->name, name);

	if (rc)
		return rc;
	p = find(name);
	if (!p)
		return -XEN_ENOENT;
	*info = (struct nacre_sysctl_livepatch_info){
		.name = info->name,
		.pause_ns = (uint64_t)p->pause_ns,
		.gather_ns = (uint64_t)p->gather_ns,
		.functions = p->nr_sites,
		.cmd = p->last_cmd,
		.id_len = p->id.len,
	};
	memcpy(info->build_id, p->id.bytes, p->id.len);
	list_for_each (at, &payload_stack) {
		position++;
		if (at == &p->stacked)
			info->position = position;
	}
	*copyback = true;
	return 0;
}

/* --- reports -------------------------------------------------------------------------- */

const char *livepatch_symbol(uintptr_t address, uintptr_t *offset)
{
	struct list *at;

	list_for_each (at, &payload_stack) {
		const struct payload *p = list_entry(at, struct payload, stacked);

		for (uint32_t i = 0; i < p->nr_sites; i++) {
			const struct patch_site *s = &p->site[i];

			if (address < s->new || address - s->new >= s->new_size)
				continue;
			*offset = address - s->new;
			return s->name;
		}
	}
	return NULL;
}

static void print_id(const char *what, const struct patch_id *id)
{
	char hex[2 * PATCH_ID_MAX + 1] = "";

	for (uint32_t i = 0; i < id->len; i++)
		hv_snprintf(hex + 2 * i, 3, "%02x", id->bytes[i]);
	printk("%s=%s\n", what, hex);
}

static void print_payload(const struct payload *p)
{
	printk(" name=%s state=%s rc=%d text %p constants %p data %p\n", p->name,
	       p->state == LIVEPATCH_STATE_APPLIED ? "APPLIED" : "CHECKED", p->rc,
	       (void *)p->place[PATCH_TEXT].base, (void *)p->place[PATCH_RODATA].base,
	       (void *)p->place[PATCH_DATA].base);
	for (uint32_t i = 0; i < p->nr_sites; i++)
		printk("    %s patch %p(%u) with %p(%u)\n", p->site[i].name, (void *)p->site[i].old,
		       p->site[i].old_size, (void *)p->site[i].new, p->site[i].new_size);
	print_id("build-id", &p->id);
	print_id("depend-on", &p->depends);
	print_id("depend-on-xen", &p->xen_depends);
}

void livepatch_print(void)
{
	struct patch_id id;
	struct list *at;

	printk("Live patches: %u\n", nr_payloads);
	if (!hypervisor_build_id(&id))
		print_id("build-id", &id);
	list_for_each (at, &payload_list)
		print_payload(list_entry(at, struct payload, link));
}
