/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The device of the hosted link: QEMU's ivshmem-doorbell. */
#ifndef ARCH_X86_IVSHMEM_H
#define ARCH_X86_IVSHMEM_H

#include <hv/types.h>

/* Find it and fill link_area; nothing happens without it.  Panics when it holds
 * something else than a link of this version. */
void ivshmem_init(void);
/* Tell the host what machine this is; before link_start(). */
void ivshmem_describe(uint64_t ram_top, unsigned int cpus);

#endif
