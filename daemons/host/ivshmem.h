/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The server's side of QEMU's ivshmem-doorbell device (docs/specs/ivshmem-spec
 * of QEMU), with one vector each way. */
#ifndef HOST_IVSHMEM_H
#define HOST_IVSHMEM_H

struct ivshmem {
	int server;	/* our end of the socket */
	int client;	/* QEMU's end */
	int from_guest; /* eventfd: the hypervisor rang */
	int to_guest;	/* eventfd: ring the hypervisor */
};

/* Everything QEMU will ask for is sent at once and waits in the socket.
 * 0 or -errno. */
int ivshmem_create(struct ivshmem *s, int memory_fd);
void ivshmem_destroy(struct ivshmem *s);

void ivshmem_ring(const struct ivshmem *s);
/* Take the doorbell's count; look at the memory after this. */
void ivshmem_acknowledge(const struct ivshmem *s);

#endif
