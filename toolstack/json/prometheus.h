/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Prometheus' text exposition format 0.0.4: families, and samples with labels. */
#ifndef NACRE_PROMETHEUS_H
#define NACRE_PROMETHEUS_H

#include <stdio.h>

struct prometheus_label {
	const char *name, *value; /* a value of NULL is the empty one */
};

/* The lines before the samples of @name; @type: gauge, counter. */
void prometheus_family(FILE *f, const char *name, const char *type, const char *help);
/* The name and its labels, escaped, with the blank behind: the value follows.  @labels
 * ends with a row without a name. */
void prometheus_sample(FILE *f, const char *name, const struct prometheus_label *labels);

#endif
