/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxendevicemodel.so.1 for hosted instances, which have no device models.
 * Debian's would do where /dev/xen/privcmd is missing; but on a machine that
 * itself runs Xen it opens that device and acts on the machine's own domains,
 * or fails for want of rights.  libxenctrl opens a handle at every start.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <xentoollog.h>

typedef struct xendevicemodel_handle {
	int unused;
} xendevicemodel_handle;

xendevicemodel_handle *xendevicemodel_open(xentoollog_logger *logger, unsigned int open_flags);
int xendevicemodel_close(xendevicemodel_handle *dmod);
int xendevicemodel_restrict(xendevicemodel_handle *dmod, uint16_t domid);

xendevicemodel_handle *xendevicemodel_open(xentoollog_logger *logger, unsigned int open_flags)
{
	return calloc(1, sizeof(xendevicemodel_handle));
}

int xendevicemodel_close(xendevicemodel_handle *dmod)
{
	free(dmod);
	return 0;
}

/* The handle can reach no domain at all. */
int xendevicemodel_restrict(xendevicemodel_handle *dmod, uint16_t domid)
{
	return 0;
}

/* More arguments follow in each; the calling convention lets us ignore them. */
#define UNSUPPORTED(name)                                                                          \
	int xendevicemodel_##name(xendevicemodel_handle *dmod);                                    \
	int xendevicemodel_##name(xendevicemodel_handle *dmod)                                     \
	{                                                                                          \
		errno = ENOSYS;                                                                    \
		return -1;                                                                         \
	}

UNSUPPORTED(create_ioreq_server)
UNSUPPORTED(destroy_ioreq_server)
UNSUPPORTED(get_ioreq_server_info)
UNSUPPORTED(inject_event)
UNSUPPORTED(inject_msi)
UNSUPPORTED(map_io_range_to_ioreq_server)
UNSUPPORTED(map_mem_type_to_ioreq_server)
UNSUPPORTED(map_pcidev_to_ioreq_server)
UNSUPPORTED(modified_memory)
UNSUPPORTED(modified_memory_bulk)
UNSUPPORTED(nr_vcpus)
UNSUPPORTED(pin_memory_cacheattr)
UNSUPPORTED(relocate_memory)
UNSUPPORTED(set_ioreq_server_state)
UNSUPPORTED(set_irq_level)
UNSUPPORTED(set_isa_irq_level)
UNSUPPORTED(set_mem_type)
UNSUPPORTED(set_pci_intx_level)
UNSUPPORTED(set_pci_link_route)
UNSUPPORTED(shutdown)
UNSUPPORTED(track_dirty_vram)
UNSUPPORTED(unmap_io_range_from_ioreq_server)
UNSUPPORTED(unmap_pcidev_from_ioreq_server)
