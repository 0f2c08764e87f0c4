/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Grants (xen/grant_table.h).  Unmapping goes in steps, each a request to the
 * hypervisor: first every notification that is due, then the unmapping itself;
 * client->doomed holds what is being unmapped, client->after what follows.
 */
#include "serve.h"

#include <errno.h>
#include <string.h>

#include <xen/event_channel.h>
#include <xen/grant_table.h>

_Static_assert(HOST_GRANTS * sizeof(struct gnttab_map_grant_ref) <= SLOTS_SCRATCH, "fits");

static struct client *client_of(struct op *op)
{
	return (struct client *)((char *)op - offsetof(struct client, op));
}

static void unmap_step(struct client *c);

static void grant_op(struct link_slot *req, unsigned int cmd, const void *arg, uint64_t n)
{
	req->op = __HYPERVISOR_grant_table_op;
	req->arg[0] = cmd;
	req->arg[1] = (uint64_t)(uintptr_t)arg;
	req->arg[2] = n;
}

/* --- unmapping ------------------------------------------------------------------- */

static void prepare_port_op(struct op *op, struct link_slot *req, void *scratch, unsigned int cmd)
{
	struct evtchn_send *arg = scratch; /* struct evtchn_close is alike */

	arg->port = (evtchn_port_t)client_of(op)->req.arg[0];
	req->op = __HYPERVISOR_event_channel_op;
	req->arg[0] = cmd;
	req->arg[1] = (uint64_t)(uintptr_t)arg;
}

static void prepare_send(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	prepare_port_op(op, req, scratch, EVTCHNOP_send);
}

static void prepare_close(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	prepare_port_op(op, req, scratch, EVTCHNOP_close);
}

static void done_step(struct op *op, int64_t result, void *scratch)
{
	unmap_step(client_of(op));
}

static void done_send(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);
	bool close = ports_unuse(&c->all->ports, (uint32_t)c->req.arg[0]);

	if (!close || client_submit(c, prepare_close, done_step))
		unmap_step(c);
}

static void prepare_unmap(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct client *c = client_of(op);
	struct gnttab_unmap_grant_ref *u = scratch;
	const struct grant *g = c->doomed.grant + c->doomed.nr - c->batch;
	size_t i;

	for (i = 0; i < c->batch; i++)
		u[i] = (struct gnttab_unmap_grant_ref){.handle = g[i].handle};
	grant_op(req, GNTTABOP_unmap_grant_ref, u, c->batch);
}

static void done_unmap(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	c->doomed.nr -= c->batch;
	unmap_step(c);
}

/* The next grant with a notification left, its byte already cleared. */
static struct grant *next_notify(struct client *c)
{
	size_t i;

	for (i = 0; i < c->doomed.nr; i++) {
		struct grant *g = &c->doomed.grant[i];
		char *byte = g->notify_byte == HOST_NO_NOTIFY_BYTE
				     ? NULL
				     : area_ram(c->all->area, g->mfn, g->notify_byte);

		g->notify_byte = HOST_NO_NOTIFY_BYTE;
		if (byte)
			__atomic_store_n(byte, 0, __ATOMIC_SEQ_CST);
		if (g->notify_port != HOST_NO_NOTIFY_BYTE)
			return g;
	}
	return NULL;
}

static void unmap_step(struct client *c)
{
	struct grant *g = next_notify(c);
	int rc = 0;

	if (g) {
		c->req.arg[0] = g->notify_port;
		g->notify_port = HOST_NO_NOTIFY_BYTE;
		rc = client_submit(c, prepare_send, done_send);
	} else if (c->doomed.nr) {
		c->batch = c->doomed.nr < HOST_GRANTS ? c->doomed.nr : HOST_GRANTS;
		rc = client_submit(c, prepare_unmap, done_unmap);
	} else {
		c->after(c);
		return;
	}
	if (rc) { /* no hypervisor, no grants */
		c->doomed.nr = 0;
		c->after(c);
	}
}

int serve_grant_unmap(struct client *c)
{
	struct grant *g;
	uint32_t i;

	if (grants_reserve(&c->doomed, c->req.count) || grants_reserve(&c->grants, c->req.count))
		return -ENOMEM;
	for (i = 0; i < c->req.count; i++) {
		g = grants_find(&c->grants, c->body.u64[i]);
		if (!g)
			break;
		grants_add(&c->doomed, g);
		grants_remove(&c->grants, g);
	}
	if (i < c->req.count) { /* all or nothing */
		while (c->doomed.nr)
			grants_add(&c->grants, &c->doomed.grant[--c->doomed.nr]);
		return -EINVAL;
	}
	c->after = client_reply;
	unmap_step(c);
	return LATER;
}

/* --- mapping ---------------------------------------------------------------------- */

static void prepare_map(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct client *c = client_of(op);
	struct gnttab_map_grant_ref *m = scratch;
	uint32_t i, flags = GNTMAP_host_map | (c->req.arg[0] ? GNTMAP_readonly : 0);

	for (i = 0; i < c->req.count; i++)
		m[i] = (struct gnttab_map_grant_ref){.flags = flags,
						     .ref = c->body.ref[i].ref,
						     .dom = (domid_t)c->body.ref[i].domid};
	grant_op(req, GNTTABOP_map_grant_ref, m, c->req.count);
}

static void after_failed_map(struct client *c)
{
	client_fail(c, c->map_error);
}

/* Sort what was mapped; one failure undoes the rest. */
static void done_map(struct op *op, int64_t result, void *scratch)
{
	const struct gnttab_map_grant_ref *m = scratch;
	struct client *c = client_of(op);
	size_t before = c->grants.nr;
	bool failed = false;
	uint32_t i;

	if (result < 0) {
		client_fail(c, result);
		return;
	}
	for (i = 0; i < c->req.count; i++) {
		struct grant g = {.mfn = m[i].dev_bus_addr / LINK_PAGE,
				  .handle = m[i].handle,
				  .notify_byte = HOST_NO_NOTIFY_BYTE,
				  .notify_port = HOST_NO_NOTIFY_BYTE};

		c->out.grant[i] = (struct host_grant){g.mfn, g.handle, m[i].status};
		if (m[i].status == GNTST_okay)
			grants_add(&c->grants, &g);
		if (m[i].status != GNTST_okay || !area_ram(c->all->area, g.mfn, 0))
			failed = true;
	}
	if (!failed) {
		c->reply.count = c->req.count;
		client_reply(c);
		return;
	}
	while (c->grants.nr > before)
		grants_add(&c->doomed, &c->grants.grant[--c->grants.nr]);
	c->map_error = -EINVAL; /* as gntdev */
	c->after = after_failed_map;
	unmap_step(c);
}

int serve_grant_map(struct client *c)
{
	uint32_t i;

	for (i = 0; i < c->req.count; i++)
		if (c->body.ref[i].domid > UINT16_MAX)
			return -EINVAL;
	if (c->only_domain >= 0)
		return -EPERM;
	if (grants_reserve(&c->grants, c->req.count) || grants_reserve(&c->doomed, c->req.count))
		return -ENOMEM;
	return client_submit(c, prepare_map, done_map) ?: LATER;
}

int serve_grant_notify(struct client *c)
{
	struct grant *g = grants_find(&c->grants, c->req.arg[0]);
	uint64_t byte = c->req.arg[1], port = c->req.arg[2];
	int rc;

	if (!g || g->notify_port != HOST_NO_NOTIFY_BYTE)
		return -EINVAL;
	if (byte != HOST_NO_NOTIFY_BYTE && byte >= LINK_PAGE)
		return -EINVAL;
	if (port != HOST_NO_NOTIFY_BYTE) {
		rc = ports_use(&c->all->ports, port < PORTS_MAX ? (uint32_t)port : PORTS_MAX);
		if (rc)
			return rc;
		g->notify_port = (uint32_t)port;
	}
	g->notify_byte = (uint32_t)byte;
	return REPLY;
}

static void after_clean(struct client *c)
{
	c->busy = false;
	client_clean(c);
}

bool clean_grants(struct client *c)
{
	struct grants none = c->doomed;

	if (!c->grants.nr)
		return false;
	/* Nothing is being unmapped now: all of them are doomed, without copying. */
	c->doomed = c->grants;
	c->grants = none;
	c->grants.nr = 0;
	c->busy = true;
	c->after = after_clean;
	unmap_step(c);
	return true;
}
