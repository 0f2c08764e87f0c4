/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "hvcall.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/link.h>
#include <xen/sysctl.h>

#define LINK_BYTES  (4u << 20)
#define MAX_ROUNDS  100000
#define POISON_WORK WORK_SCHED

unsigned int hv_restarts;
static bool preempt_always;

void hv_boot(unsigned int cpus, size_t mib)
{
	host_boot(cpus, mib);
	link_area.base = calloc(1, LINK_BYTES);
	link_area.size = LINK_BYTES;
	cr_assert(link_area.base);
	link_start();
	hv_preempt(false);
}

struct domain *hv_guest(unsigned int vcpus, uint64_t pages)
{
	struct domain *d = host_domain(vcpus, pages);

	cr_assert(d);
	cr_assert_eq(domain_unpause_by_controller(d), 0);
	return d;
}

static char *arena(uint64_t offset)
{
	return (char *)link_area.base + LINK_ARENA + offset;
}

void hv_put(struct vcpu *v, uint64_t addr, const void *data, size_t len)
{
	if (v->domain->external)
		memcpy(arena(addr), data, len);
	else
		cr_assert_eq(copy_to_gpa(v->domain, (gpa_t){addr}, data, len), 0);
}

void hv_get(struct vcpu *v, uint64_t addr, void *data, size_t len)
{
	if (v->domain->external)
		memcpy(data, arena(addr), len);
	else
		cr_assert_eq(copy_from_gpa(v->domain, data, (gpa_t){addr}, len), 0);
}

void hv_preempt(bool always)
{
	preempt_always = always;
}

static long run(struct vcpu *v, hypercall_fn *fn, struct hypercall *hc)
{
	struct pcpu *p = this_cpu();
	struct vcpu *current = p->current;
	long rc;

	hv_restarts = 0;
	if (v->domain->external)
		p->serving = v;
	else
		p->current = v;
	for (int i = 0; i < MAX_ROUNDS; i++) {
		p->work = preempt_always ? POISON_WORK : 0;
		rc = fn(hc);
		if (rc != -XEN_ERESTART)
			break;
		hv_restarts++;
	}
	cr_assert_neq(rc, -XEN_ERESTART, "a call that never ends");
	p->serving = NULL;
	p->current = current;
	p->work = 0;
	return rc;
}

long hv_call(struct vcpu *v, hypercall_fn *fn, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct hypercall hc = {.v = v, .arg = {a0, a1, a2}};

	return run(v, fn, &hc);
}

long hv_call32(struct vcpu *v, hypercall_fn *fn, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct hypercall hc = {.v = v, .compat = true, .arg = {a0, a1, a2}};

	return run(v, fn, &hc);
}

long hv_op(struct vcpu *v, hypercall_fn *fn, uint64_t op, void *arg, size_t len)
{
	long rc;

	hv_put(v, BUF, arg, len);
	rc = hv_call(v, fn, op, BUF, 0);
	hv_get(v, BUF, arg, len);
	return rc;
}

long hv_domctl(struct vcpu *v, struct xen_domctl *op)
{
	long rc;

	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	hv_put(v, BUF, op, sizeof(*op));
	rc = hv_call(v, do_domctl, BUF, 0, 0);
	hv_get(v, BUF, op, sizeof(*op));
	return rc;
}

long hv_sysctl(struct vcpu *v, struct xen_sysctl *op)
{
	long rc;

	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	hv_put(v, BUF, op, sizeof(*op));
	rc = hv_call(v, do_sysctl, BUF, 0, 0);
	hv_get(v, BUF, op, sizeof(*op));
	return rc;
}

struct hv_usage hv_usage(void)
{
	return (struct hv_usage){frames_free(), heap_used()};
}

bool hv_usage_same(struct hv_usage a, struct hv_usage b)
{
	return a.frames == b.frames && a.heap == b.heap;
}
