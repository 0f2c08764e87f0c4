/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Answers of whatever libxlutil is loaded to every line of standard input, in a
 * form that can be compared.  A line is a letter, a blank and a text in which
 * "\n" stands for a newline: c xl.cfg, f a file of it, d disks ('|' between
 * several), v vif rate, b PCI address, p PCI device, r rdm.
 */
#include <errno.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>

static XLU_Config *config;
static char *report_text;
static size_t report_size;
static FILE *report;

/* Messages of one call; Debian's library leaves out some newlines. */
static void tell(void)
{
	fflush(report);
	if (report_size)
		printf("%.*s%s", (int)report_size, report_text,
		       report_text[report_size - 1] == '\n' ? "" : "\n");
	rewind(report);
}

static const char *show(const char *text)
{
	return text ? text : "NULL";
}

static void probe_item(XLU_ConfigList *list, int i)
{
	XLU_ConfigValue *value = xlu_cfg_get_listitem2(list, i);
	XLU_ConfigList *inner = NULL;
	char *text = NULL;
	int rc;

	printf("item %d %s\n", i, show(xlu_cfg_get_listitem(list, i)));
	if (!value)
		return;
	printf("type %d\n", xlu_cfg_value_type(value));
	rc = xlu_cfg_value_get_string(config, value, &text, 0);
	printf("string %d %s\n", rc, show(text));
	rc = xlu_cfg_value_get_list(config, value, &inner, 0);
	printf("list %d %d\n", rc, inner != NULL);
	rc = xlu_cfg_value_get_list(config, value, &inner, 1);
	printf("quiet list %d\n", rc);
}

static void probe_list(const char *key)
{
	libxl_string_list strings = NULL;
	XLU_ConfigList *list = NULL;
	int i, nr = -1, rc;

	rc = xlu_cfg_get_list(config, key, &list, &nr, 0);
	printf("list %s %d %d\n", key, rc, nr);
	rc = rc ? rc : xlu_cfg_get_list(config, key, NULL, NULL, 0);
	for (i = -1; rc == 0 && i <= nr; i++)
		probe_item(list, i);
	rc = xlu_cfg_get_list_as_string_list(config, key, &strings, 1);
	printf("string list %d\n", rc);
	for (i = 0; rc == 0 && strings[i]; i++)
		printf("%s\n", strings[i]);
	libxl_string_list_dispose(&strings);
}

static void probe_key(const char *key)
{
	char *replaced = strdup("old");
	const char *text = NULL;
	libxl_defbool flag = {0};
	long number = -7;
	int rc;

	rc = xlu_cfg_get_string(config, key, &text, 0);
	printf("get %s %d %s\n", key, rc, show(text));
	rc = xlu_cfg_get_string(config, key, &text, 1);
	printf("quiet get %d\n", rc);
	rc = xlu_cfg_replace_string(config, key, &replaced, 0);
	printf("replace %d %s\n", rc, replaced);
	free(replaced);
	rc = xlu_cfg_get_long(config, key, &number, 0);
	printf("long %d %ld\n", rc, number);
	number = -7;
	rc = xlu_cfg_get_bounded_long(config, key, 2, 5, &number, 0);
	printf("bounded %d %ld\n", rc, number);
	rc = xlu_cfg_get_bounded_long(config, key, 2, 5, &number, 1);
	printf("quiet bounded %d\n", rc);
	rc = xlu_cfg_get_defbool(config, key, &flag, 0);
	printf("defbool %d %d\n", rc, flag.val);
	probe_list(key);
}

static void probe_config(int rc)
{
	printf("read %d\n", rc);
	if (rc)
		return;
	probe_key("a");
	tell();
	probe_key("b");
}

static void probe_disk(char *text)
{
	const char *specs[4];
	char *next = text;
	libxl_device_disk d;
	int nr = 0, rc;

	while (next && nr < 4)
		specs[nr++] = strsep(&next, "|");
	libxl_device_disk_init(&d);
	rc = xlu_disk_parse(config, strcmp(text, "none") ? nr : 0, specs, &d);
	printf("%d %s %s format %d backend %d %s rw %d cdrom %d removable %d\n", rc,
	       show(d.pdev_path), show(d.vdev), d.format, d.backend, show(d.backend_domname),
	       d.readwrite, d.is_cdrom, d.removable);
	printf("%s discard %d direct %d colo %d %s %d %s %s %s specification %d\n", show(d.script),
	       d.discard_enable.val, d.direct_io_safe, d.colo_enable.val, show(d.colo_host),
	       d.colo_port, show(d.colo_export), show(d.active_disk), show(d.hidden_disk),
	       d.specification);
	libxl_device_disk_dispose(&d);
}

static void probe_vif(const char *text)
{
	libxl_device_nic nic;
	int rc;

	libxl_device_nic_init(&nic);
	errno = 0; /* Debian's library takes an old ERANGE for its own */
	rc = xlu_vif_parse_rate(config, text, &nic);
	printf("%d %llu %u\n", rc, (unsigned long long)nic.rate_bytes_per_interval,
	       nic.rate_interval_usecs);
	libxl_device_nic_dispose(&nic);
}

static void probe_pci(const char *text, int whole)
{
	libxl_device_pci pci;
	int rc;

	libxl_device_pci_init(&pci);
	rc = whole ? xlu_pci_parse_spec_string(config, &pci, text)
		   : xlu_pci_parse_bdf(config, &pci, text);
	printf("%d %x:%x:%x.%x mask %x slot %x msi %d power %d permissive %d seize %d rdm %d %s\n",
	       rc, pci.domain, pci.bus, pci.dev, pci.func, pci.vfunc_mask, pci.vdevfn,
	       pci.msitranslate, pci.power_mgmt, pci.permissive, pci.seize, pci.rdm_policy,
	       show(pci.name));
	libxl_device_pci_dispose(&pci);
}

static void probe_rdm(const char *text)
{
	libxl_rdm_reserve rdm;
	int rc;

	libxl_rdm_reserve_init(&rdm);
	rc = xlu_rdm_parse(config, &rdm, text);
	printf("%d strategy %d policy %d\n", rc, rdm.strategy, rdm.policy);
	libxl_rdm_reserve_dispose(&rdm);
}

static void unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			*out++ = '\n';
			text++;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static void probe_line(char kind, char *text)
{
	report = open_memstream(&report_text, &report_size);
	config = xlu_cfg_init(report, "corpus");
	if (kind == 'c')
		probe_config(xlu_cfg_readdata(config, text, (int)strlen(text)));
	else if (kind == 'f')
		probe_config(xlu_cfg_readfile(config, text));
	else if (kind == 'd')
		probe_disk(text);
	else if (kind == 'v')
		probe_vif(text);
	else if (kind == 'b' || kind == 'p')
		probe_pci(text, kind == 'p');
	else if (kind == 'r')
		probe_rdm(text);
	tell();
	xlu_cfg_destroy(config);
	fclose(report);
	free(report_text);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 2) {
		line[strcspn(line, "\n")] = '\0';
		printf("=== %s\n", line);
		unescape(line);
		probe_line(line[0], line + 2);
	}
	free(line);
	return 0;
}
