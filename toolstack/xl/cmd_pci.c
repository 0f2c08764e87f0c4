/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* pci-attach, pci-detach, pci-assignable-add, pci-assignable-remove: devices stay with the
 * host; what Xen's xl says where no driver holds them for guests. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

struct bdf {
	unsigned int domain, bus, device, function;
};

/* A hexadecimal number of at most @digits, and what stands behind it; false: none. */
static bool hex(const char **at, size_t digits, unsigned int *value)
{
	size_t len = strspn(*at, "0123456789abcdefABCDEF");

	*value = (unsigned int)strtoul(*at, NULL, 16);
	*at += len;
	return len && len <= digits;
}

/* [DDDD:]BB:DD.F; in a specification @VSLOT and ,OPTIONS may follow. */
static bool parse_bdf(const char *text, bool specification, struct bdf *bdf)
{
	const char *at = text;

	*bdf = (struct bdf){.domain = 0};
	if (!hex(&at, 4, &bdf->bus) || *at++ != ':' || !hex(&at, 2, &bdf->device))
		return false;
	if (*at == ':') {
		at++;
		bdf->domain = bdf->bus;
		bdf->bus = bdf->device;
		if (!hex(&at, 2, &bdf->device))
			return false;
	}
	if (*at++ != '.' || !hex(&at, 1, &bdf->function))
		return false;
	if (bdf->bus > 0xff || bdf->device > 0x1f || bdf->function > 7)
		return false;
	return !*at || (specification && strchr("@,", *at));
}

/* The arguments of attach and detach; 0 or an exit status. */
static int check_device(const struct verb *verb, char **argv, uint32_t *domid, struct bdf *bdf)
{
	if (!xl_domid(argv[optind], domid))
		return EXIT_FAILURE;
	if (parse_bdf(argv[optind + 1], true, bdf))
		return 0;
	fprintf(stderr, "%s: malformed PCI_SPEC_STRING \"%s\"\n", verb->name,
		xl_safe(argv[optind + 1]));
	return XL_USAGE_ERROR;
}

int cmd_pci_attach(const struct verb *verb, int argc, char **argv)
{
	char prefix[32] = "", name[24];
	struct bdf bdf;
	uint32_t domid;
	int status;

	xl_no_options(verb, argc, argv);
	status = check_device(verb, argv, &domid, &bdf);
	if (status)
		return status;
	if (domid)
		snprintf(prefix, sizeof(prefix), "Domain %u:", domid);
	snprintf(name, sizeof(name), "%x:%x:%x.%x", bdf.domain, bdf.bus, bdf.device, bdf.function);
	fprintf(stderr,
		"libxl: error: Looks like pciback driver not loaded\n"
		"libxl: error: %sPCI device %s is not assignable\n"
		"libxl: error: %slibxl__device_pci_add failed for PCI device %s (rc -%d)\n"
		"libxl: error: unable to add device\n",
		prefix, name, prefix, name, RPC_ERROR_FAIL);
	return EXIT_FAILURE;
}

int cmd_pci_detach(const struct verb *verb, int argc, char **argv)
{
	struct bdf bdf;
	uint32_t domid;
	int status;

	xl_no_options(verb, argc, argv);
	status = check_device(verb, argv, &domid, &bdf);
	if (status)
		return status;
	fputs("libxl: error: unable to remove device\n", stderr);
	return EXIT_FAILURE;
}

int cmd_pci_assignable_add(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"name", required_argument, NULL, 'n'},
		XL_OPTION_END,
	};
	struct bdf bdf;

	while (xl_option(verb, argc, argv, "+hn:", options) >= 0)
		continue;
	if (!parse_bdf(argv[optind], false, &bdf)) {
		fprintf(stderr, "pci-assignable-add: malformed BDF \"%s\"\n",
			xl_safe(argv[optind]));
		return XL_USAGE_ERROR;
	}
	fputs("libxl: error: Looks like pciback driver is not loaded\n", stderr);
	return EXIT_FAILURE;
}

int cmd_pci_assignable_remove(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};
	struct bdf bdf;

	while (xl_option(verb, argc, argv, "+hr", options) >= 0)
		continue;
	if (!parse_bdf(argv[optind], false, &bdf)) {
		fprintf(stderr, "pci-assignable-remove: malformed BDF '%s'\n",
			xl_safe(argv[optind]));
		return XL_USAGE_ERROR;
	}
	fprintf(stderr, "libxl: error: failed to de-quarantine %04x:%02x:%02x.%x\n", bdf.domain,
		bdf.bus, bdf.device, bdf.function);
	return EXIT_FAILURE;
}
