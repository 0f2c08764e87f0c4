/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xl-pci-configuration(5): "[DDDD:]BB:DD.F[@VSLOT][,KEY=VALUE...]", and the rdm
 * line of xl.cfg(5).  These functions answer libxl's error codes, and Debian's
 * library says nothing about a text that has the wrong form.
 */
#include <stdlib.h>
#include <string.h>

#include "xlu.h"

#define ALL_FUNCTIONS '*'

struct pci_parser {
	const XLU_Config *config;
	libxl_device_pci *pci;
	bool has_bdf;
};

/* The hexadecimal digits at *@text, if there are any and make at most @max. */
static bool hex(const char **text, unsigned int max, unsigned int *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = *text, *digit;

	*value = 0;
	for (; *p && (digit = strchr(digits, *p >= 'A' ? *p | 0x20 : *p)); p++) {
		*value = *value << 4 | (unsigned int)(digit - digits);
		if (*value > max)
			return false;
	}
	if (p == *text)
		return false;
	*text = p;
	return true;
}

static bool skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* Moves *@text behind the address. */
static int parse_bdf(const char **text, libxl_device_pci *pci)
{
	unsigned int domain = 0, bus, dev, func = 0;
	const char *p = *text;
	bool all;

	if (!hex(&p, 0xffff, &bus) || !skip(&p, ':') || !hex(&p, 0xff, &dev))
		return ERROR_INVAL;
	if (skip(&p, ':')) {
		domain = bus;
		bus = dev;
		if (!hex(&p, 0x1f, &dev))
			return ERROR_INVAL;
	}
	if (bus > 0xff || dev > 0x1f || !skip(&p, '.'))
		return ERROR_INVAL;
	all = skip(&p, ALL_FUNCTIONS);
	if (!all && !hex(&p, 7, &func))
		return ERROR_INVAL;
	pci->domain = (int)domain;
	pci->bus = (uint8_t)bus;
	pci->dev = (uint8_t)dev;
	pci->func = (uint8_t)func;
	pci->vfunc_mask = all ? LIBXL_PCI_FUNC_ALL : 1;
	*text = p;
	return 0;
}

/* What follows the address is not looked at. */
int xlu_pci_parse_bdf(XLU_Config *config, libxl_device_pci *pci, const char *str)
{
	return parse_bdf(&str, pci);
}

/* Moves *@text behind the slot. */
static int parse_vslot(libxl_device_pci *pci, const char **text)
{
	unsigned int slot;

	if (!hex(text, 0x1f, &slot))
		return ERROR_INVAL;
	pci->vdevfn = slot << 3;
	return 0;
}

static int parse_policy(const XLU_Config *config, const char *value,
			libxl_rdm_reserve_policy *policy)
{
	if (!strcmp(value, "strict")) {
		*policy = LIBXL_RDM_RESERVE_POLICY_STRICT;
	} else if (!strcmp(value, "relaxed")) {
		*policy = LIBXL_RDM_RESERVE_POLICY_RELAXED;
	} else {
		fprintf(config->report, "Unknown RDM policy: %s\n", value);
		return ERROR_FAIL;
	}
	return 0;
}

static bool number_is_set(const char *value)
{
	return strtol(value, NULL, 10) != 0;
}

static int pci_option(void *context, const char *key, const char *value)
{
	struct pci_parser *p = context;
	libxl_device_pci *pci = p->pci;
	int rc = 0;

	if (!strcmp(key, "bdf")) {
		rc = parse_bdf(&value, pci);
		p->has_bdf = !rc;
	} else if (!strcmp(key, "name")) {
		free(pci->name);
		pci->name = strdup(value);
		rc = pci->name ? 0 : ERROR_NOMEM;
	} else if (!strcmp(key, "vslot")) {
		rc = parse_vslot(pci, &value);
	} else if (!strcmp(key, "permissive")) {
		pci->permissive = number_is_set(value);
	} else if (!strcmp(key, "msitranslate")) {
		pci->msitranslate = number_is_set(value);
	} else if (!strcmp(key, "seize")) {
		pci->seize = number_is_set(value);
	} else if (!strcmp(key, "power_mgmt")) {
		pci->power_mgmt = number_is_set(value);
	} else if (!strcmp(key, "rdm_policy")) {
		rc = parse_policy(p->config, value, &pci->rdm_policy);
	} else {
		fprintf(p->config->report, "Unknown PCI_SPEC_STRING option: %s\n", key);
		rc = ERROR_INVAL;
	}
	return rc;
}

static int rdm_option(void *context, const char *key, const char *value)
{
	void **arguments = context;
	const XLU_Config *config = arguments[0];
	libxl_rdm_reserve *rdm = arguments[1];

	if (!strcmp(key, "policy"))
		return parse_policy(config, value, &rdm->policy) ? ERROR_INVAL : 0;
	if (strcmp(key, "strategy") != 0) {
		fprintf(config->report, "Unknown RDM state option: %s\n", key);
		return ERROR_INVAL;
	}
	if (strcmp(value, "host") != 0) {
		fprintf(config->report, "Unknown RDM strategy option: %s\n", value);
		return ERROR_INVAL;
	}
	rdm->strategy = LIBXL_RDM_RESERVE_STRATEGY_HOST;
	return 0;
}

/* KEY=VALUE,KEY=VALUE; a comma at the end is allowed. */
static int each_option(const char *text, int (*option)(void *, const char *, const char *),
		       void *context)
{
	char *copy = strdup(text), *next = copy, *word, *value;
	int rc = copy ? 0 : ERROR_NOMEM;

	while (!rc && next && *next) {
		word = next;
		value = strchr(word, '=');
		if (!value) {
			rc = ERROR_INVAL;
			break;
		}
		*value++ = '\0';
		next = strchr(value, ',');
		if (next)
			*next++ = '\0';
		rc = option(context, word, value);
	}
	free(copy);
	return rc;
}

int xlu_pci_parse_spec_string(XLU_Config *config, libxl_device_pci *pci, const char *str)
{
	struct pci_parser p = {.config = config, .pci = pci};
	int rc;

	p.has_bdf = !parse_bdf(&str, pci);
	if (p.has_bdf && skip(&str, '@')) {
		rc = parse_vslot(pci, &str);
		if (rc)
			return rc;
	}
	if (p.has_bdf && *str && *str++ != ',')
		return ERROR_INVAL;
	rc = each_option(str, pci_option, &p);
	if (rc)
		return rc;
	return p.has_bdf == !pci->name ? 0 : ERROR_INVAL;
}

/* Debian's library of 4.17 refuses "policy=", which xl.cfg(5) documents, because
 * it reads a result the wrong way round; here it works. */
int xlu_rdm_parse(XLU_Config *config, libxl_rdm_reserve *rdm, const char *str)
{
	void *arguments[] = {config, rdm};

	int rc = each_option(str, rdm_option, arguments);

	/* Unlike a PCI device, an rdm line may neither be empty nor end in a comma. */
	if (!rc && (!*str || str[strlen(str) - 1] == ','))
		rc = ERROR_INVAL;
	return rc;
}
