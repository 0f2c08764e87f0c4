/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What is known of a running host when advisories are judged.  Whoever fills this
 * puts in what runs, never what is installed; what is installed stands apart and
 * decides only whether a restart would help.
 */
#ifndef NACRE_ADVISORY_HOST_FACTS_H
#define NACRE_ADVISORY_HOST_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "feature.h"
#include "json.h"
#include "live_patch.h"
#include "xen_version.h"

#define BUILD_ID_TEXT 65 /* hexadecimal, with the NUL */
#define NR_COMPONENTS 8

/* A program of the host: the hypervisor, or a daemon. */
struct component {
	char name[32];
	char build_id[BUILD_ID_TEXT];	  /* of what runs; empty: not known */
	const struct json *manifest;	  /* of that build, NULL: none is at hand */
	char installed_id[BUILD_ID_TEXT]; /* of what the next start would run */
	const struct json *installed;	  /* its manifest, NULL: none */
};

struct host_facts {
	const char *product; /* "nacre" or "xen" */
	char version_text[64];
	struct xen_version version; /* of Xen */
	struct component components[NR_COMPONENTS];
	size_t nr_components;
	struct features features;
	const struct live_patch *payloads; /* in the hypervisor and in the store */
	size_t nr_payloads;
	bool payloads_known; /* false: the hypervisor's list could not be read */
};

/* NULL when there is none of that name. */
const struct component *host_component(const struct host_facts *h, const char *name);

#endif
