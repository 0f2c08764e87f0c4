/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels (xen/event_channel.h) for the clients. */
#include "serve.h"

#include <errno.h>
#include <string.h>

#include <xen/event_channel.h>

static struct client *client_of(struct op *op)
{
	return (struct client *)((char *)op - offsetof(struct client, op));
}

static void event_op(struct link_slot *req, unsigned int cmd, const void *arg)
{
	req->op = __HYPERVISOR_event_channel_op;
	req->arg[0] = cmd;
	req->arg[1] = (uint64_t)(uintptr_t)arg;
}

/* --- binding -------------------------------------------------------------------- */

/* The new port is in the scratch memory, at a place that depends on the kind. */
static uint32_t bound_port(const struct client *c, const void *scratch)
{
	switch (c->req.op) {
	case HOST_EVENT_UNBOUND:
		return ((const struct evtchn_alloc_unbound *)scratch)->port;
	case HOST_EVENT_INTERDOMAIN:
		return ((const struct evtchn_bind_interdomain *)scratch)->local_port;
	}
	return ((const struct evtchn_bind_virq *)scratch)->port;
}

static void done_bind(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);
	uint32_t port;

	if (result < 0) {
		client_fail(c, result);
		return;
	}
	port = bound_port(c, scratch);
	/* If that client is gone by now, it is cleaned up after our reply. */
	if (ports_add(&c->all->ports, port, c->held)) {
		client_fail(c, -ENOSPC);
		return;
	}
	c->reply.result = port;
	client_reply(c);
}

static bool may_bind(const struct client *c)
{
	return c->events->only_domain < 0 || (uint64_t)c->events->only_domain == c->req.arg[0];
}

static void prepare_unbound(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct evtchn_alloc_unbound *arg = scratch;

	*arg = (struct evtchn_alloc_unbound){.dom = DOMID_SELF,
					     .remote_dom = (domid_t)client_of(op)->req.arg[0]};
	event_op(req, EVTCHNOP_alloc_unbound, arg);
}

int serve_event_unbound(struct client *c)
{
	if (c->req.arg[0] > UINT16_MAX)
		return -EINVAL;
	if (!may_bind(c))
		return -EACCES;
	return client_submit(c, prepare_unbound, done_bind) ?: LATER;
}

static void prepare_interdomain(struct op *op, struct link_slot *req, void *scratch,
				uint64_t offset)
{
	const struct client *c = client_of(op);
	struct evtchn_bind_interdomain *arg = scratch;

	*arg = (struct evtchn_bind_interdomain){.remote_dom = (domid_t)c->req.arg[0],
						.remote_port = (evtchn_port_t)c->req.arg[1]};
	event_op(req, EVTCHNOP_bind_interdomain, arg);
}

int serve_event_interdomain(struct client *c)
{
	if (c->req.arg[0] > UINT16_MAX || c->req.arg[1] > UINT32_MAX)
		return -EINVAL;
	if (!may_bind(c))
		return -EACCES;
	return client_submit(c, prepare_interdomain, done_bind) ?: LATER;
}

static void prepare_virq(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct evtchn_bind_virq *arg = scratch;

	*arg = (struct evtchn_bind_virq){.virq = (uint32_t)client_of(op)->req.arg[0], .vcpu = 0};
	event_op(req, EVTCHNOP_bind_virq, arg);
}

int serve_event_virq(struct client *c)
{
	if (c->req.arg[0] > UINT32_MAX)
		return -EINVAL;
	if (c->events->only_domain >= 0)
		return -EACCES;
	return client_submit(c, prepare_virq, done_bind) ?: LATER;
}

/* --- use ------------------------------------------------------------------------ */

static bool owns(const struct client *c)
{
	return c->req.arg[0] < PORTS_MAX &&
	       ports_owner(&c->all->ports, (uint32_t)c->req.arg[0]) == c->events;
}

static void done_plain(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	if (result < 0)
		client_fail(c, result);
	else
		client_reply(c);
}

/* close and send have arguments of the same form. */
_Static_assert(sizeof(struct evtchn_close) == sizeof(struct evtchn_send), "one port");

static void prepare_close(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct evtchn_close *arg = scratch;

	arg->port = (evtchn_port_t)client_of(op)->req.arg[0];
	event_op(req, EVTCHNOP_close, arg);
}

int serve_event_unbind(struct client *c)
{
	if (!owns(c))
		return -ENOTCONN;
	if (!ports_remove(&c->all->ports, (uint32_t)c->req.arg[0]))
		return REPLY; /* closed with the last grant that notifies through it */
	return client_submit(c, prepare_close, done_plain) ?: LATER;
}

static void prepare_send(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct evtchn_send *arg = scratch;

	arg->port = (evtchn_port_t)client_of(op)->req.arg[0];
	event_op(req, EVTCHNOP_send, arg);
}

int serve_event_notify(struct client *c)
{
	if (!owns(c))
		return -ENOTCONN;
	return client_submit(c, prepare_send, done_plain) ?: LATER;
}

/* As a write to /dev/xen/evtchn: somebody else's port is passed over. */
int serve_event_unmask(struct client *c)
{
	if (owns(c))
		ports_unmask(&c->all->ports, (uint32_t)c->req.arg[0]);
	return REPLY;
}

/* --- cleaning up ------------------------------------------------------------------ */

static void done_clean_port(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	c->busy = false;
	client_clean(c);
}

bool clean_ports(struct client *c)
{
	int port;

	while (c->role == HOST_EVENTS && (port = ports_next(&c->all->ports, c)) >= 0) {
		if (!ports_remove(&c->all->ports, (uint32_t)port))
			continue;
		c->req.arg[0] = (uint64_t)port;
		c->busy = true;
		return !client_submit(c, prepare_close, done_clean_port);
	}
	return false;
}
