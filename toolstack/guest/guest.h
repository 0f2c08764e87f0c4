/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Building a PVH guest inside a domain that exists and is still empty: vCPUs,
 * memory, kernel, start info, ACPI tables, event channels, grants, entry state.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/ctrl.h"

#define GUEST_ERROR_LEN 320
/* Bytes with the terminating NUL; Linux itself keeps 2048. */
#define GUEST_CMDLINE_MAX 16384
#define GUEST_VCPUS_MAX	  128

struct guest_config {
	unsigned int vcpus;   /* 1..GUEST_VCPUS_MAX */
	uint64_t target_kib;  /* memory that the guest starts with */
	uint64_t max_kib;     /* it may grow to this; 0 = target_kib */
	uint64_t paging_kib;  /* for nested page tables; 0 = libxl's formula */
	const char *kernel;   /* path; also the name in errors */
	int kernel_fd;	      /* used instead of opening the path when >= 0 */
	const char *ramdisk;  /* path or NULL */
	int ramdisk_fd;	      /* the same; -1 for none */
	const char *cmdline;  /* NULL = empty */
	uint32_t tsc_mode;    /* 0 default, 1 always emulate, 2 never emulate, 3 never + TSC_AUX */
	uint32_t store_domid; /* who serves xenstore and console, usually 0 */
	uint32_t console_domid;
	bool no_store; /* no xenstore page and port: the guest boots without it */
};

/* All defaults: no kernel, no descriptors. */
#define GUEST_CONFIG_INIT ((struct guest_config){.kernel_fd = -1, .ramdisk_fd = -1, .vcpus = 1})

struct guest_result {
	uint64_t store_gfn, console_gfn;   /* pages of the two rings; store 0 with no_store */
	uint32_t store_port, console_port; /* the guest's ends, unbound for the two domids */
	uint64_t kernel_start, kernel_end, entry; /* guest-physical */
};

/*
 * Build.  The domain stays paused.  On failure @error gets one printable line
 * (without newline) and the domain is in an undefined state: destroy it.
 * -ENOENT and other open errors, -ENOEXEC (kernel refused), -ENOSPC (too little
 * memory configured for the kernel and ramdisk), -ENOMEM (too little on the
 * host), -EINVAL, or what a hypercall returned.
 * Starts the program nacre-image: from $NACRE_LIBEXEC, or beside the running
 * program, or from ../bin of it.
 */
int guest_build(struct ctrl *ctrl, uint32_t domid, const struct guest_config *config,
		struct guest_result *result, char error[GUEST_ERROR_LEN]);

/* The part of guest_build that needs no hypervisor: would this kernel load?
 * For checks before a domain is made. */
int guest_check_kernel(const struct guest_config *config, char error[GUEST_ERROR_LEN]);

/* Whether the host has the memory for it at this moment: 0, -ENOMEM, or what a hypercall
 * returned. */
int guest_check_memory(struct ctrl *ctrl, const struct guest_config *config,
		       char error[GUEST_ERROR_LEN]);

/* libxl's default for guest_config.paging_kib. */
uint64_t guest_paging_kib(uint64_t max_kib, unsigned int vcpus);

#endif
