/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "vcpu_list.h"

#include "xl.h"

static bool flag(const struct json *vcpu, const char *name)
{
	return json_bool(json_get(vcpu, name), false);
}

void vcpu_list_header(FILE *out)
{
	fprintf(out, "%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State",
		"Time(s)", "Affinity (Hard / Soft)");
}

static void print_row(FILE *out, const struct json *domain, const struct json *vcpu)
{
	fprintf(out, "%-32s %5lld %5lld", xl_safe(json_string(json_get(domain, "name"), NULL)),
		(long long)json_int(json_get(domain, "domid"), -1),
		(long long)json_int(json_get(vcpu, "id"), -1));
	if (flag(vcpu, "online"))
		fprintf(out, "%5lld %3c%c- ", (long long)json_int(json_get(vcpu, "cpu"), -1),
			flag(vcpu, "running") ? 'r' : '-', flag(vcpu, "blocked") ? 'b' : '-');
	else
		fprintf(out, "%5c %3c%cp ", '-', '-', '-');
	fprintf(out, "%9.1f  ", (double)json_int(json_get(vcpu, "time_ns"), 0) / 1e9);
	xl_print_cpus(out, json_get(vcpu, "hard"));
	fputs(" / ", out);
	xl_print_cpus(out, json_get(vcpu, "soft"));
	fputc('\n', out);
}

void vcpu_list_domain(FILE *out, const struct json *domain)
{
	const struct json *vcpus = json_get(domain, "vcpus");
	size_t i;

	for (i = 0; vcpus && i < vcpus->nr; i++)
		print_row(out, domain, vcpus->items[i]);
}
