/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/sched.h>
#include "host.h"

static void boot(void)
{
	host_boot(2, 64);
}

TestSuite(domain, .init = boot);

Test(domain, a_new_one_is_paused_and_described)
{
	struct domain *d = host_domain(2, 16);
	struct xen_domctl_getdomaininfo info;

	domain_getinfo(d, &info);
	cr_assert_eq(info.domain, d->id);
	cr_assert_eq(info.tot_pages, 16);
	cr_assert_eq(info.max_vcpu_id, 1);
	cr_assert(info.flags & XEN_DOMINF_paused);
	cr_assert(info.flags & XEN_DOMINF_hvm_guest);
	cr_assert(!(info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown)));
	cr_assert_eq(domain_unpause_by_controller(d), 0);
	cr_assert_eq(domain_unpause_by_controller(d), -XEN_EINVAL);
	domain_getinfo(d, &info);
	cr_assert(!(info.flags & XEN_DOMINF_paused));
	host_kill(d);
}

Test(domain, two_hundred_cycles_leave_nothing)
{
	uint64_t frames;
	size_t heap;
	int last;

	host_kill(host_domain(4, 64)); /* what grows once and stays: timer heaps */
	frames = frames_free();
	heap = heap_used();
	for (int i = 0; i < 200; i++)
		host_kill(host_domain(4, 64));
	cr_assert_eq(frames_free(), frames);
	cr_assert_eq(heap_used(), heap);
	last = 0;
	for (struct domain *d; (d = domain_next(last)); last = d->id + 1)
		cr_assert_fail("domain %u is left", d->id);
}

Test(domain, ids_are_not_reused_at_once)
{
	struct domain *a = host_domain(1, 0), *b;
	domid_t id = a->id;

	host_kill(a);
	b = host_domain(1, 0);
	cr_assert_eq(b->id, id + 1);
	host_kill(b);
}

Test(domain, the_list_is_in_order_of_ids)
{
	struct domain *d[5];
	domid_t at = 0;

	for (int i = 0; i < 5; i++)
		d[i] = host_domain(1, 0);
	for (int i = 0; i < 5; i++) {
		struct domain *n = domain_next(at);

		cr_assert_eq(n, d[i]);
		at = n->id + 1;
		domain_put(n);
	}
	cr_assert_null(domain_next(at));
}

Test(domain, the_last_vcpu_down_is_a_poweroff)
{
	struct domain *d = host_domain(2, 0);
	struct xen_domctl_getdomaininfo info;

	domain_unpause_by_controller(d);
	vcpu_clear_flags(d->vcpu[0], VPF_DOWN);
	vcpu_clear_flags(d->vcpu[1], VPF_DOWN);
	vcpu_down(d->vcpu[0]);
	cr_assert(!d->shut_down);
	vcpu_down(d->vcpu[1]);
	cr_assert(d->shut_down);
	domain_getinfo(d, &info);
	cr_assert_eq((info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask,
		     SHUTDOWN_poweroff);
	cr_assert_eq(info.nr_online_vcpus, 0);
	cr_assert(!(info.flags & (XEN_DOMINF_blocked | XEN_DOMINF_running)), "just shut down");
	host_kill(d);
}

Test(domain, the_first_reason_to_shut_down_stays)
{
	struct domain *d = host_domain(1, 0);

	domain_shutdown(d, SHUTDOWN_reboot);
	domain_crash(d, "later");
	cr_assert_eq(d->shutdown_code, SHUTDOWN_reboot);
	domain_resume(d);
	cr_assert(!d->shut_down);
	domain_crash(d, "for a reason");
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
	cr_assert(strstr(host.console, "for a reason"));
	host_kill(d);
}

/* Everything a domain takes, with only @leave frames free; 0 or an error. */
static int try_to_create(uint64_t leave)
{
	struct xen_domctl_createdomain config = {.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
						 .max_vcpus = 4,
						 .max_evtchn_port = 1023,
						 .max_grant_frames = 4,
						 .max_maptrack_frames = 4,
						 .arch.emulation_flags = XEN_X86_EMU_LAPIC};
	struct domain *d = NULL;
	int rc;

	host_take_memory(leave);
	rc = domain_create(0, &config, &d);
	if (!rc) {
		for (unsigned int i = 0; !rc && i < 4; i++)
			rc = vcpu_create(d, i);
		host_kill(d);
	}
	host_return_memory();
	return rc;
}

Test(domain, every_failing_allocation_unwinds)
{
	uint64_t frames, leave = 0;
	size_t heap;
	int rc;

	host_kill(host_domain(4, 0));
	frames = frames_free();
	heap = heap_used();
	do {
		cr_assert_lt(leave, 500, "never succeeds");
		rc = try_to_create(leave++);
		cr_assert(rc == 0 || rc == -XEN_ENOMEM, "%d", rc);
		cr_assert_eq(frames_free(), frames, "leak with %lu frames", leave - 1);
		cr_assert_eq(heap_used(), heap);
	} while (rc);
	cr_assert_gt(leave, 3, "the sweep must have met failures");
}
