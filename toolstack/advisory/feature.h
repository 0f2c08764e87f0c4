/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What a host has that an advisory may need: processor, kinds of guests, options. */
#ifndef NACRE_ADVISORY_FEATURE_H
#define NACRE_ADVISORY_FEATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"

enum feature {
	FEATURE_VENDOR_AMD,   /* a processor with SVM */
	FEATURE_VENDOR_INTEL, /* a processor with VMX */
	FEATURE_GUEST_PV,
	FEATURE_GUEST_HVM,
	FEATURE_GUEST_PVH,
	FEATURE_HAP,
	FEATURE_SHADOW,
	FEATURE_IOMMU,
	FEATURE_VPMU,
	FEATURE_VMTRACE,
	FEATURE_GNTTAB_V1,
	FEATURE_GNTTAB_V2,
	FEATURE_SMP,
	FEATURE_SMT,
	FEATURE_DEVICE_MODEL, /* QEMU for guests */
	FEATURE_PYGRUB,
	NR_FEATURES,
};

enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

struct features {
	uint32_t known, present; /* bits by enum feature */
};

/* "vendor:amd", "guest:pv", "option:gnttab-v2". */
const char *feature_name(enum feature f);
void feature_set(struct features *fs, enum feature f, bool present);
enum tri feature_get(const struct features *fs, enum feature f);

/* A predicate is a feature's name, with "!" in front for its absence. */
bool feature_predicate_known(const char *predicate);
enum tri feature_predicate(const struct features *fs, const char *predicate);

/*
 * All elements of @requires (NULL: none) must hold; an element that is an array
 * needs one of its own.  @which (may be NULL) gets the predicate that decided a
 * TRI_NO or TRI_UNKNOWN.
 */
enum tri features_meet(const struct features *fs, const struct json *requires, const char **which);

/* What the hypervisor tells: capabilities as in xen_sysctl_physinfo, words 1 and 3
 * of the featureset (CPUID 1.ECX, 0x80000001.ECX). */
void features_from_host(struct features *fs, uint32_t physcaps, uint32_t cpuid_1c,
			uint32_t cpuid_e1c, unsigned int nr_cpus, unsigned int threads_per_core);

#endif
