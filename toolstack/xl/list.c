/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "list.h"

#include <inttypes.h>
#include <string.h>

#include "cpu_bitmap.h"
#include "xl.h"

static char reason_letter(const libxl_dominfo *domain)
{
	static const char letters[] = "-rscwS"; /* by SHUTDOWN_* of xen/sched.h */
	int reason = (int)domain->shutdown_reason;

	if (reason < 0 || (size_t)reason >= strlen(letters))
		return '?';
	return letters[reason];
}

void list_state(const libxl_dominfo *domain, char state[7])
{
	memcpy(state, "------", 7);
	/* Parsers know a dying domain only as "-----d" or with "s". */
	if (domain->running && !domain->dying)
		state[0] = 'r';
	if (domain->blocked && !domain->dying)
		state[1] = 'b';
	if (domain->paused && !domain->dying)
		state[2] = 'p';
	if (domain->shutdown) {
		state[3] = 's';
		state[4] = reason_letter(domain);
	}
	if (domain->dying)
		state[5] = 'd';
}

static uint64_t mebibytes(uint64_t memkb)
{
	return memkb / 1024;
}

static void print_uuid(FILE *out, const libxl_uuid *uuid)
{
	fprintf(out, LIBXL_UUID_FMT, LIBXL_UUID_BYTES(*uuid));
}

void list_header(FILE *out, const struct list_columns *columns)
{
	fputs("Name                                        ID   Mem VCPUs\tState\tTime(s)", out);
	if (columns->verbose)
		fputs("   UUID                            Reason-Code\tSecurity Label", out);
	if (columns->context && !columns->verbose)
		fputs("   Security Label", out);
	if (columns->claim)
		fputs("  Claimed", out);
	if (columns->cpupool)
		fputs("         Cpupool", out);
	if (columns->numa)
		fputs(" NODE Affinity", out);
	fputc('\n', out);
}

static void print_verbose(FILE *out, const libxl_dominfo *domain)
{
	fputc(' ', out);
	print_uuid(out, &domain->uuid);
	if (domain->shutdown)
		fprintf(out, " %8x", (unsigned int)domain->shutdown_reason);
	else
		fprintf(out, " %8s", "-");
}

void list_row(FILE *out, const libxl_dominfo *domain, const struct list_texts *texts,
	      const struct list_columns *columns)
{
	char state[7];

	list_state(domain, state);
	fprintf(out, "%-40s %5u %5" PRIu64 " %5u     %s  %8.1f", xl_safe_word(texts->name),
		domain->domid, mebibytes(domain->current_memkb + domain->outstanding_memkb),
		domain->vcpu_online, state, (double)domain->cpu_time / 1e9);
	if (columns->verbose)
		print_verbose(out, domain);
	if (columns->claim)
		fprintf(out, " %5" PRIu64, mebibytes(domain->outstanding_memkb));
	if (columns->verbose || columns->context)
		fprintf(out, " %16s", domain->ssid_label ? xl_safe(domain->ssid_label) : "-");
	if (columns->cpupool)
		fprintf(out, "%16s", xl_safe(texts->cpupool));
	if (columns->numa) {
		fputc(' ', out);
		cpu_bitmap_print(out, texts->nodes, texts->nr_nodes);
	}
	fputc('\n', out);
}

void sharing_header(FILE *out)
{
	fputs("Name                                        ID   Mem Shared\n", out);
}

void sharing_row(FILE *out, const libxl_dominfo *domain, const char *name)
{
	fprintf(out, "%-40s %5u %5" PRIu64 "  %5" PRIu64 "\n", xl_safe(name), domain->domid,
		mebibytes(domain->current_memkb + domain->outstanding_memkb),
		mebibytes(domain->shared_memkb));
}

void vm_list_header(FILE *out)
{
	fputs("UUID                                  ID    name\n", out);
}

void vm_list_row(FILE *out, const libxl_vminfo *vm, const char *name)
{
	print_uuid(out, &vm->uuid);
	fprintf(out, "  %u    %-30s\n", vm->domid, xl_safe(name));
}
