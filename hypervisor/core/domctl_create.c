/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* XEN_DOMCTL_createdomain and max_vcpus. */
#include "domctl.h"
#include "gnttab.h"

#include <hv/printk.h>

/* Xen's defaults, for a toolstack that says "-1". */
#define DEFAULT_GRANT_FRAMES	64
#define DEFAULT_MAPTRACK_FRAMES 1024
/* More than any toolstack asks for; each costs hypervisor memory when used. */
#define MAX_MAPTRACK_FRAMES 16384

#define CDF_KNOWN                                                                                  \
	(XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_s3_integrity |                   \
	 XEN_DOMCTL_CDF_oos_off | XEN_DOMCTL_CDF_xs_domain | XEN_DOMCTL_CDF_iommu |                \
	 XEN_DOMCTL_CDF_nested_virt | XEN_DOMCTL_CDF_vpmu)
/* Known to Xen, but not to be had here. */
#define CDF_ABSENT (XEN_DOMCTL_CDF_iommu | XEN_DOMCTL_CDF_nested_virt | XEN_DOMCTL_CDF_vpmu)

/* Flags and options, in the order and with the codes of Xen's own checks. */
static int check_flags(const struct xen_domctl_createdomain *c)
{
	if (c->flags & ~CDF_KNOWN)
		return -XEN_EINVAL;
	if (c->grant_opts & ~(uint32_t)XEN_DOMCTL_GRANT_version_mask)
		return -XEN_EINVAL;
	if (c->max_vcpus < 1)
		return -XEN_EINVAL;
	if ((c->flags & CDF_ABSENT) || c->iommu_opts)
		return -XEN_EINVAL;
	/* No PV guests, no shadow paging. */
	if (!(c->flags & XEN_DOMCTL_CDF_hvm) || !(c->flags & XEN_DOMCTL_CDF_hap))
		return -XEN_EINVAL;
	if (c->max_vcpus > MAX_VCPUS)
		return -XEN_EINVAL;
	return c->vmtrace_size || c->arch.misc_flags & ~XEN_X86_MSR_RELAXED ? -XEN_EINVAL : 0;
}

/* Devices beside the local APIC would be a promise that nobody keeps. */
static int check_emulation(const struct xen_domctl_createdomain *c)
{
	return c->arch.emulation_flags == XEN_X86_EMU_LAPIC ? 0 : -XEN_EOPNOTSUPP;
}

/* Check, and put the defaults in place. */
static int check_limits(struct xen_domctl_createdomain *c)
{
	uint32_t version = XEN_DOMCTL_GRANT_version(c->grant_opts);

	if (c->max_grant_frames < 0)
		c->max_grant_frames = DEFAULT_GRANT_FRAMES;
	if (c->max_maptrack_frames < 0)
		c->max_maptrack_frames = DEFAULT_MAPTRACK_FRAMES;
	/* One frame is there from the start.  The version is a maximum; guests
	 * that may use 2 make do with 1, but none at all is a mistake. */
	if (c->max_grant_frames < 1 || version < 1 || version > 2)
		return -XEN_EINVAL;
	if (c->max_grant_frames > (int32_t)GNTTAB_MAX_FRAMES ||
	    c->max_maptrack_frames > MAX_MAPTRACK_FRAMES)
		return -XEN_EINVAL;
	return 0;
}

int domctl_createdomain(struct domain *self, struct domain *none, struct xen_domctl *op,
			bool *copyback)
{
	struct xen_domctl_createdomain c = op->u.createdomain;
	/* 0 and the reserved ids mean "any". */
	domid_t id = op->domain < DOMID_FIRST_RESERVED ? op->domain : 0;
	struct domain *d;
	int rc = check_flags(&c);

	if (!rc)
		rc = check_emulation(&c);
	if (!rc)
		rc = check_limits(&c);
	if (!rc)
		rc = domain_create(id, &c, &d);
	if (rc)
		return rc;
	op->domain = d->id;
	*copyback = true;
	domain_put(d);
	return 0;
}

int domctl_max_vcpus(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	int rc = 0;

	/* The number was given at creation; this makes the vCPUs. */
	if (d == self || op->u.max_vcpus.max != d->max_vcpus)
		return -XEN_EINVAL;
	domain_pause(d);
	for (unsigned int i = 0; !rc && i < d->max_vcpus; i++)
		if (!d->vcpu[i])
			rc = vcpu_create(d, i);
	domain_unpause(d);
	return rc;
}
