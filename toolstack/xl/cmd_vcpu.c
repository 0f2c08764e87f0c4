/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* vcpu-list, vcpu-pin, vcpu-set. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "cpu_bitmap.h"
#include "ctx.h"
#include "host_cpus.h"
#include "json_listing.h"
#include "vcpu_list.h"
#include "xl.h"
#include "xl_conf.h"
#include "plain.h"

static bool print_domain(uint32_t domid)
{
	int nr = 0, nr_cpus = 0;
	libxl_vcpuinfo *vcpus = libxl_list_vcpu(xl_ctx(), domid, &nr, &nr_cpus);
	char *name;

	if (!vcpus) /* that there is no such domain is no failure of Xen's xl */
		return libxl_domain_info(xl_ctx(), NULL, domid) == ERROR_DOMAIN_NOTFOUND;
	name = libxl_domid_to_name(xl_ctx(), domid);
	vcpu_list_rows(stdout, domid, name, vcpus, nr, nr_cpus);
	free(name);
	libxl_vcpuinfo_list_free(vcpus, nr);
	return true;
}

static int list_all(void)
{
	int i, nr = 0, status = EXIT_SUCCESS;
	libxl_vminfo *domains = libxl_list_vm(xl_ctx(), &nr);

	if (!domains) {
		fputs("libxl_list_vm failed.\n", stderr);
		return EXIT_FAILURE;
	}
	vcpu_list_header(stdout);
	for (i = 0; i < nr; i++)
		if (!print_domain(domains[i].domid))
			status = EXIT_FAILURE;
	libxl_vminfo_list_free(domains, nr);
	return status;
}

static int list_json(char *const *domains)
{
	uint32_t domid;

	if (!*domains)
		return json_listing("domain.vcpus", NULL, "domains");
	for (; *domains; domains++)
		if (!xl_domid(*domains, &domid) ||
		    json_listing("domain.vcpus", rpc_domain(*domains), "domains"))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

int cmd_vcpu_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool json = false;
	uint32_t domid;

	while (xl_option(verb, argc, argv, "h", options) >= 0)
		json = true;
	if (json)
		return list_json(argv + optind);
	if (!argv[optind])
		return list_all();
	vcpu_list_header(stdout);
	for (; argv[optind]; optind++)
		if (!xl_domid(argv[optind], &domid) || !print_domain(domid))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

/* --- vcpu-pin --------------------------------------------------------------------------- */

struct pin {
	uint32_t domid;
	long vcpu; /* -1: all */
	bool force, has_hard, has_soft;
	struct cpumap hard, soft;
};

/* A number and nothing else, where Xen's xl lets words follow it. */
static bool read_number(const char *text, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(text, &end, 10);
	return isdigit((unsigned char)text[0]) && !*end && !errno;
}

/* False after a message. */
static bool read_vcpu(const char *text, struct pin *pin)
{
	if (read_number(text, &pin->vcpu) && pin->vcpu <= INT_MAX)
		return true;
	pin->vcpu = -1;
	if (strcmp(text, "all") != 0)
		fprintf(stderr, "Error: Invalid argument %s as VCPU.\n", xl_safe(text));
	else if (pin->force)
		fputs("Error: --force and 'all' as VCPU not allowed.\n", stderr);
	else
		return true;
	return false;
}

/* "-" leaves that affinity as it is. */
static bool read_set(const char *text, const struct cpumap_host *host, bool *has,
		     struct cpumap *map)
{
	*has = text && strcmp(text, "-") != 0;
	return !*has || !cpumap_parse(text, host, map, plain_stderr());
}

static void print_set(const struct cpumap *map, unsigned int nr_cpus)
{
	libxl_bitmap bitmap;

	if (cpu_bitmap_of(map, &bitmap))
		cpu_bitmap_print(stdout, &bitmap, (int)nr_cpus);
	libxl_bitmap_dispose(&bitmap);
}

static int print_pin(const struct pin *pin, unsigned int nr_cpus)
{
	fputs("cpumap: ", stdout);
	if (pin->has_hard)
		print_set(&pin->hard, nr_cpus);
	else
		putchar('-');
	if (pin->has_soft) {
		putchar(' ');
		print_set(&pin->soft, nr_cpus);
	}
	putchar('\n');
	return EXIT_SUCCESS;
}

/* All: as many as there are; Xen's xl takes their failure for a success. */
static int set_all(const struct pin *pin, const libxl_bitmap *hard, const libxl_bitmap *soft)
{
	int nr = 0, nr_cpus;
	libxl_vcpuinfo *vcpus = libxl_list_vcpu(xl_ctx(), pin->domid, &nr, &nr_cpus);

	if (!vcpus) {
		fputs("libxl_list_vcpu failed.\n", stderr);
		return EXIT_FAILURE;
	}
	libxl_vcpuinfo_list_free(vcpus, nr);
	if (libxl_set_vcpuaffinity_all(xl_ctx(), pin->domid, (unsigned int)nr, hard, soft))
		fputs("Could not set affinity.\n", stderr);
	return EXIT_SUCCESS;
}

static int set_one(const struct pin *pin, const libxl_bitmap *hard, const libxl_bitmap *soft)
{
	uint32_t vcpu = (uint32_t)pin->vcpu;
	int rc = pin->force ? libxl_set_vcpuaffinity_force(xl_ctx(), pin->domid, vcpu, hard, soft)
			    : libxl_set_vcpuaffinity(xl_ctx(), pin->domid, vcpu, hard, soft);

	if (!rc)
		return EXIT_SUCCESS;
	fprintf(stderr, "Could not set affinity for vcpu `%ld'.\n", pin->vcpu);
	return EXIT_FAILURE;
}

static int set_pin(const struct pin *pin)
{
	const libxl_bitmap *h, *s;
	libxl_bitmap hard, soft;
	int status = EXIT_FAILURE;

	libxl_bitmap_init(&hard);
	libxl_bitmap_init(&soft);
	h = pin->has_hard ? &hard : NULL;
	s = pin->has_soft ? &soft : NULL;
	if ((!h || cpu_bitmap_of(&pin->hard, &hard)) && (!s || cpu_bitmap_of(&pin->soft, &soft)))
		status = pin->vcpu < 0 ? set_all(pin, h, s) : set_one(pin, h, s);
	libxl_bitmap_dispose(&hard);
	libxl_bitmap_dispose(&soft);
	return status;
}

/* xl.conf's masks of CPUs that guests may run on at all. */
static void apply_masks(struct pin *pin, const struct cpumap_host *host)
{
	const struct config_defaults *conf = xl_conf_defaults();
	const char *const masks[] = {conf->vm_cpumask, conf->hvm_cpumask};
	struct cpumap mask;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!masks[i])
			continue;
		/* What is wrong in it is told, and the rest of it left out, as in xl. */
		cpumap_parse(masks[i], host, &mask, plain_stderr());
		cpumap_and(&pin->hard, &mask);
	}
}

int cmd_vcpu_pin(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"force", no_argument, NULL, 'f'},
		{"ignore-global-affinity-masks", no_argument, NULL, 'i'},
		XL_OPTION_END,
	};
	struct cpumap_host host;
	struct pin pin = {.force = false};
	bool masks = true;
	int letter;

	/* '+': what follows the domain are no options, even -1. */
	while ((letter = xl_option(verb, argc, argv, "+hf", options)) >= 0) {
		pin.force |= letter == 'f';
		masks &= letter != 'i';
	}
	if (!xl_domid(argv[optind], &pin.domid) || !read_vcpu(argv[optind + 1], &pin) ||
	    !host_cpus(&host) || !read_set(argv[optind + 2], &host, &pin.has_hard, &pin.hard) ||
	    (argv[optind + 2] && !read_set(argv[optind + 3], &host, &pin.has_soft, &pin.soft)))
		return EXIT_FAILURE;
	if (masks && pin.has_hard)
		apply_masks(&pin, &host);
	if (xl.dryrun)
		return print_pin(&pin, host.nr_cpus);
	if (libxl_domain_info(xl_ctx(), NULL, pin.domid)) {
		fputs("Could not get domain info\n", stderr);
		return EXIT_FAILURE;
	}
	if (!pin.has_hard || !cpumap_is_empty(&pin.hard))
		return set_pin(&pin);
	fputs("vcpu hard affinity map is empty\n", stderr);
	return EXIT_FAILURE;
}

/* --- vcpu-set --------------------------------------------------------------------------- */

/* More than any domain may have; libxl wants a bit for each. */
#define VCPUS_MAX (1 << 20)

/* More than the machine has, and more than it uses: an accident, unless -i says not. */
static bool fits_host(uint32_t domid, long count)
{
	libxl_dominfo info;
	uint32_t online;
	int host;

	libxl_dominfo_init(&info);
	if (libxl_domain_info(xl_ctx(), &info, domid))
		return false;
	online = info.vcpu_online;
	libxl_dominfo_dispose(&info);
	if (count <= (long)online)
		return true;
	host = libxl_get_max_cpus(xl_ctx());
	if (host < 0)
		return false;
	if (count <= host)
		return true;
	fprintf(stderr,
		"You are overcommmitting! You have %d physical CPUs and want %ld vCPUs! Aborting, "
		"use --ignore-host to continue\n",
		host, count);
	return false;
}

static int set_count(uint32_t domid, long count)
{
	libxl_bitmap map;
	long vcpu;
	int rc;

	libxl_bitmap_init(&map);
	rc = libxl_cpu_bitmap_alloc(xl_ctx(), &map, (int)count);
	if (rc) {
		fprintf(stderr, "libxl_cpu_bitmap_alloc failed, rc: %d\n", rc);
		return EXIT_FAILURE;
	}
	for (vcpu = 0; vcpu < count; vcpu++)
		libxl_bitmap_set(&map, (int)vcpu);
	rc = libxl_set_vcpuonline(xl_ctx(), domid, &map, NULL);
	libxl_bitmap_dispose(&map);
	if (rc == ERROR_DOMAIN_NOTFOUND)
		fprintf(stderr, "Domain %u does not exist.\n", domid);
	else if (rc)
		fprintf(stderr, "libxl_set_vcpuonline failed domid=%u max_vcpus=%ld, rc: %d\n",
			domid, count, rc);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_vcpu_set(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"ignore-host", no_argument, NULL, 'i'},
		XL_OPTION_END,
	};
	bool check_host = true;
	uint32_t domid;
	long count;

	while (xl_option(verb, argc, argv, "+hi", options) >= 0)
		check_host = false;
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (!read_number(argv[optind + 1], &count) || count > VCPUS_MAX) {
		fputs("Error: Invalid argument.\n", stderr);
		return EXIT_FAILURE;
	}
	if (check_host && !fits_host(domid, count))
		return EXIT_FAILURE;
	return set_count(domid, count);
}
