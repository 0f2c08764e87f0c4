/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Small helpers around libxl.h: names and numbers, files and pipes, looking devices
 * up, bitmaps.  Results are 0 or a negative libxl_error unless a comment says
 * otherwise; what is given away is from malloc.
 */
#ifndef LIBXL_UTILS_H
#define LIBXL_UTILS_H

#include <libxl.h>

/* The part of @name behind the last slash. */
#ifndef LIBXL_HAVE_NONCONST_LIBXL_BASENAME_RETURN_VALUE
const
#endif
	char *
	libxl_basename(const char *name);

/* KiB of shadow page tables that a guest of @maxmem_kb with @smp_cpus vCPUs needs. */
unsigned long libxl_get_required_shadow_memory(unsigned long maxmem_kb, unsigned int smp_cpus);

/* Names and ids.  A qualifier is either; was_name_r (may be NULL) tells which.  What
 * gives a string gives NULL for "no such". _is_valid, is_stubdom: 1 or 0. */
int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);
int libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);
char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);
int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx, const char *p, uint32_t *poolid_r,
					 int *was_name_r);
int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid);
char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid);
int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid);
int libxl_get_stubdom_id(libxl_ctx *ctx, int guest_domid);
int libxl_is_stubdom(libxl_ctx *ctx, uint32_t domid, uint32_t *target_domid);

int libxl_create_logfile(libxl_ctx *ctx, const char *name, char **full_name);
int libxl_string_to_backend(libxl_ctx *ctx, char *s, libxl_disk_backend *backend);

/* Files: 0 or an errno value, and all but ENOENT are logged with @filename and @what
 * (may be NULL).  The end of a file before @sz bytes is EPROTO.  An empty file gives
 * *data_r NULL; both out arguments may be NULL. */
int libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data_r, int *datalen_r);
int libxl_read_exactly(libxl_ctx *ctx, int fd, void *data, ssize_t sz, const char *filename,
		       const char *what);
int libxl_write_exactly(libxl_ctx *ctx, int fd, const void *data, ssize_t sz, const char *filename,
			const char *what);
int libxl_pipe(libxl_ctx *ctx, int pipes[2]);

/* Logs any exit status as an error: ask only when it is one. */
void libxl_report_child_exitstatus(libxl_ctx *ctx, xentoollog_level, const char *what, pid_t pid,
				   int status);

/* One device of a domain by what it is known by; disposed of by the caller. */
int libxl_mac_to_device_nic(libxl_ctx *ctx, uint32_t domid, const char *mac, libxl_device_nic *nic);
int libxl_devid_to_device_nic(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_nic *nic);
int libxl_vdev_to_device_disk(libxl_ctx *ctx, uint32_t domid, const char *vdev,
			      libxl_device_disk *disk);
int libxl_uuid_to_device_vtpm(libxl_ctx *ctx, uint32_t domid, libxl_uuid *uuid,
			      libxl_device_vtpm *vtpm);
int libxl_devid_to_device_vtpm(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_vtpm *vtpm);
int libxl_devid_to_device_usbctrl(libxl_ctx *ctx, uint32_t domid, int devid,
				  libxl_device_usbctrl *usbctrl);
int libxl_devid_to_device_vkb(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_vkb *vkb);
int libxl_devid_to_device_vdispl(libxl_ctx *ctx, uint32_t domid, int devid,
				 libxl_device_vdispl *vdispl);
int libxl_devid_to_device_vsnd(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_vsnd *vsnd);
int libxl_ctrlport_to_device_usbdev(libxl_ctx *ctx, uint32_t domid, int ctrl, int port,
				    libxl_device_usbdev *usbdev);

/* Bitmaps.  Bits beyond the map read as clear; setting one does nothing.
 * _and and _or allocate their result, _copy needs both of one size, is_full, is_empty
 * and test give 1 or 0. */
int libxl_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *bitmap, int n_bits);
void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);
void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);
int libxl_bitmap_is_full(const libxl_bitmap *bitmap);
int libxl_bitmap_is_empty(const libxl_bitmap *bitmap);
int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit);
void libxl_bitmap_set(libxl_bitmap *bitmap, int bit);
void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit);
int libxl_bitmap_count_set(const libxl_bitmap *bitmap);
int libxl_bitmap_or(libxl_ctx *ctx, libxl_bitmap *or_map, const libxl_bitmap *map1,
		    const libxl_bitmap *map2);
int libxl_bitmap_and(libxl_ctx *ctx, libxl_bitmap *and_map, const libxl_bitmap *map1,
		     const libxl_bitmap *map2);
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap);

static inline void libxl_bitmap_set_any(libxl_bitmap *bitmap)
{
	if (bitmap->size)
		memset(bitmap->map, 0xff, bitmap->size);
}

static inline void libxl_bitmap_set_none(libxl_bitmap *bitmap)
{
	if (bitmap->size)
		memset(bitmap->map, 0, bitmap->size);
}

static inline int libxl_bitmap_cpu_valid(libxl_bitmap *bitmap, int bit)
{
	return bit >= 0 && (uint32_t)bit < bitmap->size * 8;
}

/* The variable may be an int or unsigned. */
#define libxl_for_each_bit(var, map) for ((var) = 0; (uint32_t)(var) < (map).size * 8; (var)++)
#define libxl_for_each_set_bit(v, m)                                                               \
	for ((v) = 0; (uint32_t)(v) < (m).size * 8; (v)++)                                         \
		if (libxl_bitmap_test(&(m), (v)))

/* Whether the first @nr_bits are the same; 0: as many as the longer map has. */
static inline int libxl_bitmap_equal(const libxl_bitmap *ba, const libxl_bitmap *bb, int nr_bits)
{
	int bit, end = nr_bits ? nr_bits : (int)(ba->size > bb->size ? ba->size : bb->size) * 8;

	for (bit = 0; bit < end; bit++)
		if (!libxl_bitmap_test(ba, bit) != !libxl_bitmap_test(bb, bit))
			return 0;
	return 1;
}

/* Maps for all CPUs, nodes or sockets; a maximum of 0 asks the host. */
int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus);
int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes);
int libxl_socket_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *socketmap, int max_sockets);

int libxl_get_online_socketmap(libxl_ctx *ctx, libxl_bitmap *socketmap);
int libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap);
int libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap);
int libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap);

static inline uint32_t libxl__sizekb_to_mb(uint32_t s)
{
	return (s + 1023) / 1024;
}

/* A copy of *src, NULL for NULL. */
void libxl_string_copy(libxl_ctx *ctx, char **dst, char *const *src);

#define LIBXL_FILLZERO(object) (memset(&(object), 0, sizeof((object))))

#endif
