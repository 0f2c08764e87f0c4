/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* pci-attach, pci-detach, pci-assignable-add, pci-assignable-remove: devices stay with the
 * host, as libxl says. */
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

static void fill(libxl_device_pci *pci, const struct bdf *bdf)
{
	libxl_device_pci_init(pci);
	pci->domain = (int)bdf->domain;
	pci->bus = (uint8_t)bdf->bus;
	pci->dev = (uint8_t)bdf->device;
	pci->func = (uint8_t)bdf->function;
}

int cmd_pci_attach(const struct verb *verb, int argc, char **argv)
{
	libxl_device_pci pci;
	struct bdf bdf;
	uint32_t domid;
	int status;

	xl_no_options(verb, argc, argv);
	status = check_device(verb, argv, &domid, &bdf);
	if (status)
		return status;
	fill(&pci, &bdf);
	if (libxl_device_pci_add(xl_ctx(), domid, &pci, NULL))
		status = EXIT_FAILURE;
	libxl_device_pci_dispose(&pci);
	return status;
}

int cmd_pci_detach(const struct verb *verb, int argc, char **argv)
{
	libxl_device_pci pci;
	struct bdf bdf;
	uint32_t domid;
	int status;

	xl_no_options(verb, argc, argv);
	status = check_device(verb, argv, &domid, &bdf);
	if (status)
		return status;
	fill(&pci, &bdf);
	if (libxl_device_pci_remove(xl_ctx(), domid, &pci, NULL))
		status = EXIT_FAILURE;
	libxl_device_pci_dispose(&pci);
	return status;
}

/* The argument of both; false after a message with those quotes. */
static bool read_device(const char *verb, const char *text, const char *quotes,
			libxl_device_pci *pci)
{
	struct bdf bdf;

	if (!parse_bdf(text, false, &bdf)) {
		fprintf(stderr, "%s: malformed BDF %c%s%c\n", verb, quotes[0], xl_safe(text),
			quotes[1]);
		return false;
	}
	fill(pci, &bdf);
	return true;
}

int cmd_pci_assignable_add(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"name", required_argument, NULL, 'n'},
		XL_OPTION_END,
	};
	libxl_device_pci pci;
	int rc;

	while (xl_option(verb, argc, argv, "+hn:", options) >= 0)
		continue;
	if (!read_device("pci-assignable-add", argv[optind], "\"\"", &pci))
		return XL_USAGE_ERROR;
	rc = libxl_device_pci_assignable_add(xl_ctx(), &pci, 1);
	libxl_device_pci_dispose(&pci);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_pci_assignable_remove(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};
	libxl_device_pci pci;
	int rebind = 0, rc;

	while (xl_option(verb, argc, argv, "+hr", options) >= 0)
		rebind = 1;
	if (!read_device("pci-assignable-remove", argv[optind], "''", &pci))
		return XL_USAGE_ERROR;
	rc = libxl_device_pci_assignable_remove(xl_ctx(), &pci, rebind);
	libxl_device_pci_dispose(&pci);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
