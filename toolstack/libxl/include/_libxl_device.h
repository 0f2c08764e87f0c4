/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Devices of domains, by class.  Included by libxl.h only.
 *
 * _add connects a device and completes what was left to choose; _remove asks the guest
 * to let go and waits, _destroy does not ask; _list gives an array (NULL when empty or
 * on error) of *num, freed with _list_free; _getinfo fills what runs at the moment.
 * Results and @ao_how are as in _libxl_domain.h.
 */
#ifndef LIBXL_DEVICE_H
#define LIBXL_DEVICE_H

/* Disks. _safe_remove refuses one that the guest still uses. */
int libxl_device_disk_add(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
			  const libxl_asyncop_how *ao_how);
int libxl_device_disk_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
			     const libxl_asyncop_how *ao_how);
int libxl_device_disk_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
			      const libxl_asyncop_how *ao_how);
int libxl_device_disk_safe_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
				  const libxl_asyncop_how *ao_how);
libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_disk_list_free(libxl_device_disk *list, int num);
int libxl_device_disk_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_disk *disk,
			      libxl_diskinfo *diskinfo);

/* Changes the medium of a CD drive; an empty disk ejects. */
int libxl_cdrom_insert(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
		       const libxl_asyncop_how *ao_how);

/* USB controllers and the devices plugged into them. */
int libxl_device_usbctrl_add(libxl_ctx *ctx, uint32_t domid, libxl_device_usbctrl *usbctrl,
			     const libxl_asyncop_how *ao_how);
int libxl_device_usbctrl_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_usbctrl *usbctrl,
				const libxl_asyncop_how *ao_how);
int libxl_device_usbctrl_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_usbctrl *usbctrl,
				 const libxl_asyncop_how *ao_how);
libxl_device_usbctrl *libxl_device_usbctrl_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_usbctrl_list_free(libxl_device_usbctrl *list, int nr);
int libxl_device_usbctrl_getinfo(libxl_ctx *ctx, uint32_t domid,
				 const libxl_device_usbctrl *usbctrl,
				 libxl_usbctrlinfo *usbctrlinfo);
int libxl_device_usbdev_add(libxl_ctx *ctx, uint32_t domid, libxl_device_usbdev *usbdev,
			    const libxl_asyncop_how *ao_how);
int libxl_device_usbdev_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_usbdev *usbdev,
			       const libxl_asyncop_how *ao_how);
libxl_device_usbdev *libxl_device_usbdev_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_usbdev_list_free(libxl_device_usbdev *list, int nr);

/* Network interfaces. */
int libxl_device_nic_add(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
			 const libxl_asyncop_how *ao_how);
int libxl_device_nic_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
			    const libxl_asyncop_how *ao_how);
int libxl_device_nic_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
			     const libxl_asyncop_how *ao_how);
libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_nic_list_free(libxl_device_nic *list, int num);
int libxl_device_nic_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_nic *nic,
			     libxl_nicinfo *nicinfo);

/* Channels: consoles with a name. */
libxl_device_channel *libxl_device_channel_list(libxl_ctx *ctx, uint32_t domid, int *num);
int libxl_device_channel_getinfo(libxl_ctx *ctx, uint32_t domid,
				 const libxl_device_channel *channel,
				 libxl_channelinfo *channelinfo);

/* TPMs. */
int libxl_device_vtpm_add(libxl_ctx *ctx, uint32_t domid, libxl_device_vtpm *vtpm,
			  const libxl_asyncop_how *ao_how);
int libxl_device_vtpm_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_vtpm *vtpm,
			     const libxl_asyncop_how *ao_how);
int libxl_device_vtpm_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_vtpm *vtpm,
			      const libxl_asyncop_how *ao_how);
libxl_device_vtpm *libxl_device_vtpm_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_vtpm_list_free(libxl_device_vtpm *, int num);
int libxl_device_vtpm_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_vtpm *vtpm,
			      libxl_vtpminfo *vtpminfo);

/* Displays and sound. */
int libxl_device_vdispl_add(libxl_ctx *ctx, uint32_t domid, libxl_device_vdispl *displ,
			    const libxl_asyncop_how *ao_how);
int libxl_device_vdispl_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_vdispl *vdispl,
			       const libxl_asyncop_how *ao_how);
int libxl_device_vdispl_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_vdispl *vdispl,
				const libxl_asyncop_how *ao_how);
libxl_device_vdispl *libxl_device_vdispl_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_vdispl_list_free(libxl_device_vdispl *list, int num);
int libxl_device_vdispl_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_vdispl *vdispl,
				libxl_vdisplinfo *vdisplinfo);
int libxl_device_vsnd_add(libxl_ctx *ctx, uint32_t domid, libxl_device_vsnd *vsnd,
			  const libxl_asyncop_how *ao_how);
int libxl_device_vsnd_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_vsnd *vsnd,
			     const libxl_asyncop_how *ao_how);
int libxl_device_vsnd_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_vsnd *vsnd,
			      const libxl_asyncop_how *ao_how);
libxl_device_vsnd *libxl_device_vsnd_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_vsnd_list_free(libxl_device_vsnd *list, int num);
int libxl_device_vsnd_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_vsnd *vsnd,
			      libxl_vsndinfo *vsndlinfo);

/* Keyboards and frame buffers. */
int libxl_device_vkb_add(libxl_ctx *ctx, uint32_t domid, libxl_device_vkb *vkb,
			 const libxl_asyncop_how *ao_how);
int libxl_device_vkb_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_vkb *vkb,
			    const libxl_asyncop_how *ao_how);
int libxl_device_vkb_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_vkb *vkb,
			     const libxl_asyncop_how *ao_how);
libxl_device_vkb *libxl_device_vkb_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_vkb_list_free(libxl_device_vkb *list, int num);
int libxl_device_vkb_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_vkb *vkb,
			     libxl_vkbinfo *vkbinfo);
int libxl_device_vfb_add(libxl_ctx *ctx, uint32_t domid, libxl_device_vfb *vfb,
			 const libxl_asyncop_how *ao_how);
int libxl_device_vfb_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_vfb *vfb,
			    const libxl_asyncop_how *ao_how);
int libxl_device_vfb_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_vfb *vfb,
			     const libxl_asyncop_how *ao_how);

/* Shared directories and sockets served for the guest. */
int libxl_device_p9_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_p9 *p9,
			   const libxl_asyncop_how *ao_how);
int libxl_device_p9_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_p9 *p9,
			    const libxl_asyncop_how *ao_how);
int libxl_device_pvcallsif_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_pvcallsif *pvcallsif,
				  const libxl_asyncop_how *ao_how);
int libxl_device_pvcallsif_destroy(libxl_ctx *ctx, uint32_t domid,
				   libxl_device_pvcallsif *pvcallsif,
				   const libxl_asyncop_how *ao_how);

/* PCI devices handed through, and those of the host that may be: making one assignable
 * takes it from its driver, with @rebind the other call gives it back. */
#define LIBXL_PCI_FUNC_ALL (~0U)
int libxl_device_pci_add(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			 const libxl_asyncop_how *ao_how);
int libxl_device_pci_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			    const libxl_asyncop_how *ao_how);
int libxl_device_pci_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
			     const libxl_asyncop_how *ao_how);
libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *num);
void libxl_device_pci_list_free(libxl_device_pci *list, int num);
int libxl_device_pci_assignable_add(libxl_ctx *ctx, libxl_device_pci *pci, int rebind);
int libxl_device_pci_assignable_remove(libxl_ctx *ctx, libxl_device_pci *pci, int rebind);
libxl_device_pci *libxl_device_pci_assignable_list(libxl_ctx *ctx, int *num);
void libxl_device_pci_assignable_list_free(libxl_device_pci *list, int num);

/* In a driver domain: serves the devices that the toolstack puts there.  Does not end
 * by itself. */
int libxl_device_events_handler(libxl_ctx *ctx, const libxl_asyncop_how *ao_how);

#endif
