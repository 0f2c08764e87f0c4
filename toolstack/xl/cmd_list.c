/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* list, claims, sharing, vm-list. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "json_listing.h"
#include "libxl_extra.h"
#include "list.h"
#include "xl.h"

struct domains {
	libxl_dominfo *infos;
	char **names;
	int nr;
};

static void domains_free(struct domains *d)
{
	int i;

	for (i = 0; d->names && i < d->nr; i++)
		free(d->names[i]);
	free(d->names);
	if (d->infos)
		libxl_dominfo_list_free(d->infos, d->nr);
}

/* False after a message. */
static bool collect_one(struct domains *d, const char *name)
{
	uint32_t domid;
	int rc;

	if (!xl_domid(name, &domid))
		return false;
	d->infos = calloc(1, sizeof(*d->infos));
	d->names = calloc(1, sizeof(*d->names));
	rc = d->infos && d->names ? libxl_domain_info(xl_ctx(), d->infos, domid) : ERROR_NOMEM;
	if (!rc) {
		d->nr = 1;
		d->names[0] = libxl_domid_to_name(xl_ctx(), domid);
		return true;
	}
	if (rc == ERROR_DOMAIN_NOTFOUND)
		fprintf(stderr, "Error: Domain '%s' does not exist.\n", xl_safe(name));
	else
		fprintf(stderr, "libxl_domain_info failed (code %d).\n", rc);
	return false;
}

/* The domain @name, or all for NULL; to be freed whatever this gives. False after a message. */
static bool collect(struct domains *d, const char *name)
{
	*d = (struct domains){.nr = 0};
	if (name)
		return collect_one(d, name);
	d->infos = libxl__list_domain_names(xl_ctx(), &d->nr, &d->names);
	if (!d->infos)
		fputs("libxl_list_domain failed.\n", stderr);
	return d->infos;
}

/* --- the table ------------------------------------------------------------------------ */

/* What is asked once for all rows. */
struct table {
	const struct list_columns *columns;
	libxl_cpupoolinfo *pools;
	int nr_pools;
	libxl_bitmap nodes; /* a domain's */
	int nr_nodes;
};

static void table_end(struct table *t)
{
	if (t->pools)
		libxl_cpupoolinfo_list_free(t->pools, t->nr_pools);
	libxl_bitmap_dispose(&t->nodes);
}

static bool ask_pools(struct table *t)
{
	t->pools = libxl_list_cpupool(xl_ctx(), &t->nr_pools);
	return t->pools;
}

static bool ask_nodes(struct table *t)
{
	t->nr_nodes = libxl_get_max_nodes(xl_ctx());
	return t->nr_nodes > 0 && !libxl_node_bitmap_alloc(xl_ctx(), &t->nodes, t->nr_nodes);
}

/* False after a message, with nothing to end. */
static bool table_begin(struct table *t, const struct list_columns *columns)
{
	*t = (struct table){.columns = columns};
	libxl_bitmap_init(&t->nodes);
	if ((!columns->cpupool || ask_pools(t)) && (!columns->numa || ask_nodes(t)))
		return true;
	table_end(t);
	return false;
}

static const char *pool_name(const struct table *t, uint32_t poolid)
{
	int i;

	for (i = 0; i < t->nr_pools; i++)
		if (t->pools[i].poolid == poolid)
			return t->pools[i].pool_name;
	return NULL;
}

static void print_row(struct table *t, const libxl_dominfo *domain, const char *name)
{
	struct list_texts texts = {.name = name,
				   .cpupool = pool_name(t, domain->cpupool),
				   .nodes = &t->nodes,
				   .nr_nodes = t->nr_nodes};

	if (t->columns->numa) {
		/* Of a domain that went meanwhile nothing is known: as libxl, none. */
		libxl_bitmap_set_none(&t->nodes);
		libxl_domain_get_nodeaffinity(xl_ctx(), domain->domid, &t->nodes);
	}
	list_row(stdout, domain, &texts, t->columns);
}

static int print_table(const char *name, const struct list_columns *columns)
{
	int i, status = EXIT_FAILURE;
	struct domains domains;
	struct table table;

	if (collect(&domains, name) && table_begin(&table, columns)) {
		list_header(stdout, columns);
		for (i = 0; i < domains.nr; i++)
			print_row(&table, &domains.infos[i], domains.names[i]);
		table_end(&table);
		status = EXIT_SUCCESS;
	}
	domains_free(&domains);
	return status;
}

/* --- list -l --------------------------------------------------------------------------- */

static struct json *parse(const char *text)
{
	return text ? json_parse(text, strlen(text), &json_default_limits, NULL, 0) : NULL;
}

/* {"domid": N, "config": {...}}; NULL: it went meanwhile. */
static struct json *long_entry(uint32_t domid)
{
	struct json *entry = json_new_object();
	libxl_domain_config config;
	char *text = NULL;
	bool good;

	libxl_domain_config_init(&config);
	if (!libxl_retrieve_domain_configuration(xl_ctx(), domid, &config, NULL))
		text = libxl_domain_config_to_json(xl_ctx(), &config);
	good = entry && text && json_set_int(entry, "domid", domid) &&
	       json_set(entry, "config", parse(text));
	libxl_domain_config_dispose(&config);
	free(text);
	if (good)
		return entry;
	json_free(entry);
	return NULL;
}

static int print_long(const char *name)
{
	struct json *list = json_new_array();
	struct domains domains;
	bool done = collect(&domains, name) && list;
	int i;

	for (i = 0; i < domains.nr && done; i++) {
		struct json *entry = long_entry(domains.infos[i].domid);

		if (entry)
			done = json_append(list, entry);
	}
	done = done && xl_print_json(stdout, list);
	if (done)
		putchar('\n');
	domains_free(&domains);
	json_free(list);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- as JSON --------------------------------------------------------------------------- */

/* Of one domain an array of one, in what domain.get says. */
static int print_one_json(const char *name)
{
	struct json *list, *one;
	uint32_t domid;
	bool done;
	char number[16];

	if (!xl_domid(name, &domid))
		return EXIT_FAILURE;
	snprintf(number, sizeof(number), "%u", domid);
	one = json_listing_get("domain.get", rpc_domain(number));
	list = one ? json_new_array() : NULL;
	done = list && json_append(list, one) && xl_print_json(stdout, list);
	json_free(list);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_json(const char *name)
{
	return name ? print_one_json(name) : json_listing("domain.list", NULL, "domains");
}

/* --- the verbs -------------------------------------------------------------------------- */

int cmd_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"long", no_argument, NULL, 'l'},
		{"verbose", no_argument, NULL, 'v'},
		{"context", no_argument, NULL, 'Z'},
		{"cpupool", no_argument, NULL, 'c'},
		{"numa", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	struct list_columns columns = {0};
	bool details = false, json = false;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hlvZcn", options)) >= 0) {
		details |= letter == 'l';
		json |= letter == XL_OPTION_JSON;
		columns.verbose |= letter == 'v';
		columns.context |= letter == 'Z';
		columns.cpupool |= letter == 'c';
		columns.numa |= letter == 'n';
	}
	if (argc - optind > 1) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	if (details)
		return print_long(argv[optind]);
	return json ? print_json(argv[optind]) : print_table(argv[optind], &columns);
}

static const struct option json_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, XL_OPTION_JSON},
	XL_OPTION_END,
};

static bool wants_json(const struct verb *verb, int argc, char **argv)
{
	bool json = false;

	while (xl_option(verb, argc, argv, "h", json_options) >= 0)
		json = true;
	return json;
}

int cmd_claims(const struct verb *verb, int argc, char **argv)
{
	static const struct list_columns columns = {.claim = true};

	return wants_json(verb, argc, argv) ? print_json(NULL) : print_table(NULL, &columns);
}

int cmd_sharing(const struct verb *verb, int argc, char **argv)
{
	bool json = wants_json(verb, argc, argv);
	struct domains domains;
	bool good;
	int i;

	if (argc - optind > 1) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	if (json)
		return print_json(argv[optind]);
	good = collect(&domains, argv[optind]);
	if (good)
		sharing_header(stdout);
	for (i = 0; good && i < domains.nr; i++)
		sharing_row(stdout, &domains.infos[i], domains.names[i]);
	domains_free(&domains);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_vm_list(const struct verb *verb, int argc, char **argv)
{
	libxl_vminfo *vms;
	int i, nr;

	if (wants_json(verb, argc, argv))
		return print_json(NULL);
	vms = libxl_list_vm(xl_ctx(), &nr);
	if (!vms)
		return EXIT_FAILURE;
	vm_list_header(stdout);
	for (i = 0; i < nr; i++) {
		char *name = libxl_domid_to_name(xl_ctx(), vms[i].domid);

		vm_list_row(stdout, &vms[i], name);
		free(name);
	}
	libxl_vminfo_list_free(vms, nr);
	return EXIT_SUCCESS;
}
