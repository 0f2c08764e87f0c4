/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "selftest.h"
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>

extern const char selftest_guest_start[], selftest_guest_end[];

static int build(struct domain *d)
{
	const gpa_t at = {SELFTEST_GPA};
	mfn_t mfn;
	int rc;

	d->max_pages = 1;
	rc = frame_alloc_domain(d, ORDER_4K, INVALID_FRAME, &mfn);
	if (!rc)
		rc = p2m_set(d, gpa_to_gfn(at), mfn, ORDER_4K, P2M_RAM);
	if (!rc)
		rc = copy_to_gpa(d, at, selftest_guest_start,
				 (size_t)(selftest_guest_end - selftest_guest_start));
	if (!rc)
		rc = vcpu_create(d, 0);
	return rc;
}

int selftest_guest(void)
{
	const struct xen_domctl_createdomain config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = 1,
		.max_evtchn_port = 1023,
		.max_grant_frames = 1,
		.max_maptrack_frames = 1,
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};
	struct domain *d;
	int rc = domain_create(0, &config, &d);

	if (rc)
		return rc;
	rc = build(d);
	if (!rc) {
		hvm_set_pvh_entry(d->vcpu[0], SELFTEST_GPA, 0);
		d->vcpu[0]->initialised = true;
		vcpu_clear_flags(d->vcpu[0], VPF_DOWN);
		domain_unpause_by_controller(d);
	}
	/* What is left of a failed one stays until the machine ends: it is a test. */
	domain_put(d);
	return rc;
}
