/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "prometheus.h"

void prometheus_family(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_value(FILE *f, const char *value)
{
	for (; value && *value; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else if (*value == '"' || *value == '\\')
			fprintf(f, "\\%c", *value);
		else
			fputc(*value, f);
	}
}

void prometheus_sample(FILE *f, const char *name, const struct prometheus_label *labels)
{
	const char *before = "{";

	fputs(name, f);
	for (; labels->name; labels++) {
		fprintf(f, "%s%s=\"", before, labels->name);
		print_value(f, labels->value);
		fputc('"', f);
		before = ",";
	}
	fputs(*before == ',' ? "} " : " ", f);
}
