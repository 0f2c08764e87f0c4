/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Passing PCI devices on, which the hypervisor does not do: what Xen's libxl answers where no
 * driver of the host's kernel holds devices for guests. */
#include <errno.h>
#include <stdio.h>

#include "libxl_internal.h"

static int fail(void)
{
	errno = ENOSYS;
	return ERROR_FAIL;
}

int libxl_device_pci_add(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			 const libxl_asyncop_how *ao_how)
{
	char name[32];

	snprintf(name, sizeof(name), "%x:%x:%x.%x", (unsigned int)pci->domain, pci->bus, pci->dev,
		 pci->func);
	LIBXL__ERROR(ctx, INVALID_DOMID, "Looks like pciback driver not loaded");
	LIBXL__ERROR(ctx, domid, "PCI device %s is not assignable", name);
	LIBXL__ERROR(ctx, domid, "libxl__device_pci_add failed for PCI device %s (rc %d)", name,
		     ERROR_FAIL);
	LIBXL__ERROR(ctx, INVALID_DOMID, "unable to add device");
	return fail();
}

int libxl_device_pci_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			    const libxl_asyncop_how *ao_how)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "unable to remove device");
	return fail();
}

int libxl_device_pci_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			     const libxl_asyncop_how *ao_how)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "unable to remove device");
	return fail();
}

libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
	*num = 0;
	return NULL;
}

/* --- what could be passed on --------------------------------------------------------------- */

int libxl_device_pci_assignable_add(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "Looks like pciback driver is not loaded");
	return fail();
}

int libxl_device_pci_assignable_remove(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "failed to de-quarantine %04x:%02x:%02x.%x",
		     (unsigned int)pci->domain, pci->bus, pci->dev, pci->func);
	return fail();
}

libxl_device_pci *libxl_device_pci_assignable_list(libxl_ctx *ctx, int *num)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "Looks like pciback driver not loaded");
	*num = 0;
	return NULL;
}

void libxl_device_pci_assignable_list_free(libxl_device_pci *list, int num)
{
	libxl_device_pci_list_free(list, num);
}
