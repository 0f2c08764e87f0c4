/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * network-list, block-list and the other lists of devices.  libxl knows of none yet, so
 * there is a header and no row, as Xen's xl prints it for a guest without.
 */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

struct device_list {
	const char *verb;
	const char *header; /* NULL: none */
	bool goes_on;	    /* after a name that is unknown, which then is no failure */
};

static const struct device_list lists[] = {
	{"network-list",
	 "Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                   "
	 "    ",
	 false},
	{"channel-list", "Idx BE state evt-ch ring-ref connection                               ",
	 false},
	{"block-list", "Vdev  BE  handle state evt-ch ring-ref BE-path                       ",
	 true},
	{"vtpm-list",
	 "Idx BE Uuid                                 handle state evt-ch ring-ref BE-path   ",
	 true},
	{"vkb-list",
	 "Idx BE handle state evt-ch    ref ID         BE-type    BE-path                       ",
	 false},
	{"vdispl-list", NULL, true},
	{"vsnd-list", NULL, true},
	{"usb-list", NULL, false},
	{"pci-list", NULL, false},
};

static const struct device_list *list_of(const struct verb *verb)
{
	size_t i = 0;

	while (strcmp(lists[i].verb, verb->name) != 0)
		i++;
	return &lists[i];
}

/* False after a message: there is no domain of that name. */
static bool find(const struct device_list *list, const char *domain, uint32_t *domid)
{
	if (!list->goes_on)
		return xl_domid(domain, domid);
	if (!libxl_domain_qualifier_to_domid(xl_ctx(), domain, domid))
		return true;
	fflush(stdout);
	fprintf(stderr, "%s is an invalid domain identifier\n", xl_safe(domain));
	return false;
}

/* What there is of the domain; a number that none has is passed over. */
static bool add_json(struct json *json, uint32_t domid)
{
	struct json *one = json_new_object();
	char *name = libxl_domid_to_name(xl_ctx(), domid);
	bool good;

	good = one && json_set_int(one, "domid", domid) &&
	       json_set(one, "name", name ? json_new_string(name) : json_new_null()) &&
	       json_set(one, "devices", json_new_array());
	free(name);
	if (good)
		return json_append(json, one);
	json_free(one);
	return false;
}

static bool list_one(const struct device_list *list, const char *domain, struct json *json)
{
	uint32_t domid;

	if (!find(list, domain, &domid))
		return list->goes_on;
	if (!json)
		return true;
	return libxl_domain_info(xl_ctx(), NULL, domid) || add_json(json, domid);
}

static const struct option json_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, XL_OPTION_JSON},
	XL_OPTION_END,
};

int cmd_device_list(const struct verb *verb, int argc, char **argv)
{
	const struct device_list *list = list_of(verb);
	struct json *json = NULL;
	int status = EXIT_SUCCESS;

	while (xl_option(verb, argc, argv, "h", json_options) >= 0)
		if (!json)
			json = json_new_array();
	if (!json && list->header)
		puts(list->header);
	for (; argv[optind] && status == EXIT_SUCCESS; optind++)
		if (!list_one(list, argv[optind], json))
			status = EXIT_FAILURE;
	if (json && status == EXIT_SUCCESS && !xl_print_json(stdout, json))
		status = EXIT_FAILURE;
	json_free(json);
	return status;
}

int cmd_pci_assignable_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"show-names", no_argument, NULL, 'n'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	libxl_device_pci *pci;
	bool json = false;
	int letter, i, nr = 0;

	while ((letter = xl_option(verb, argc, argv, "hn", options)) >= 0)
		json |= letter == XL_OPTION_JSON;
	pci = libxl_device_pci_assignable_list(xl_ctx(), &nr);
	if (json)
		puts("[\n\n]");
	for (i = 0; i < nr && !json; i++)
		printf("%04x:%02x:%02x.%x\n", (unsigned int)pci[i].domain, pci[i].bus, pci[i].dev,
		       pci[i].func);
	libxl_device_pci_assignable_list_free(pci, nr);
	return EXIT_SUCCESS;
}
