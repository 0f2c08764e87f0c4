/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A network interface as xl-network-configuration(5) writes it: KEY=VALUE, separated by
 * commas.  What is taken and what is said is as in xl and libxlutil of Xen 4.17.
 */
#ifndef NACRE_CONFIG_NIC_SPEC_H
#define NACRE_CONFIG_NIC_SPEC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "json.h"

/* What xl.conf(5) sets for interfaces that do not; each may be NULL. */
struct nic_defaults {
	const char *script, *bridge, *gatewaydev, *backend;
};

/* libxl's JSON of the interface in *@nic (as long as there is memory, also after an error).
 * @devid: its number, unless it says another.  0; -EINVAL: parameters that the report names were
 * left out, which in a cfg file does not count; -ERANGE: the rate is wrong, which does; -ENOMEM. */
int nic_spec_parse(const char *source, const char *spec, const struct nic_defaults *defaults,
		   int devid, struct json **nic, FILE *report);

/* Add one parameter ("mac=..."), as network-attach does with each of its arguments. */
int nic_spec_add(const char *source, const char *parameter, struct json *nic, FILE *report);

/* Put the members into libxl's order, after the last nic_spec_add(). */
void nic_spec_order(struct json *nic);

/* Members that xl.conf sets and @nic does not; false when out of memory. */
bool nic_spec_default(struct json *nic, const struct nic_defaults *defaults);

/*
 * "10Mb/s@20ms": how many bytes in how many microseconds.  0, -EINVAL or -EOVERFLOW after a
 * message that begins with @source.
 */
int nic_rate_parse(const char *source, const char *rate, uint64_t *bytes_per_interval,
		   uint32_t *interval_us, FILE *report);

#endif
