/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "vcpu_list.h"

#include "cpu_bitmap.h"
#include "xl.h"

void vcpu_list_header(FILE *out)
{
	fprintf(out, "%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State",
		"Time(s)", "Affinity (Hard / Soft)");
}

void vcpu_list_rows(FILE *out, uint32_t domid, const char *name, const libxl_vcpuinfo *vcpus,
		    int nr, int nr_cpus)
{
	const libxl_vcpuinfo *vcpu;

	for (vcpu = vcpus; vcpu < vcpus + nr; vcpu++) {
		fprintf(out, "%-32s %5u %5u", xl_safe(name), domid, vcpu->vcpuid);
		if (vcpu->online)
			fprintf(out, "%5u %3c%c- ", vcpu->cpu, vcpu->running ? 'r' : '-',
				vcpu->blocked ? 'b' : '-');
		else
			fprintf(out, "%5c %3c%cp ", '-', '-', '-');
		fprintf(out, "%9.1f  ", (double)vcpu->vcpu_time / 1e9);
		cpu_bitmap_print(out, &vcpu->cpumap, nr_cpus);
		fputs(" / ", out);
		cpu_bitmap_print(out, &vcpu->cpumap_soft, nr_cpus);
		fputc('\n', out);
	}
}
