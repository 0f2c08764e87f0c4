/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nic_spec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"

/* libxl_device_nic in libxl's order. */
static const char *const order[] = {
	"backend_domid",
	"backend_domname",
	"devid",
	"mtu",
	"model",
	"mac",
	"ip",
	"bridge",
	"ifname",
	"script",
	"nictype",
	"rate_bytes_per_interval",
	"rate_interval_usecs",
	"gatewaydev",
	"coloft_forwarddev",
	"colo_sock_mirror_id",
	"colo_sock_mirror_ip",
	"colo_sock_mirror_port",
	"colo_sock_compare_pri_in_id",
	"colo_sock_compare_pri_in_ip",
	"colo_sock_compare_pri_in_port",
	"colo_sock_compare_sec_in_id",
	"colo_sock_compare_sec_in_ip",
	"colo_sock_compare_sec_in_port",
	"colo_sock_compare_notify_id",
	"colo_sock_compare_notify_ip",
	"colo_sock_compare_notify_port",
	"colo_sock_redirector0_id",
	"colo_sock_redirector0_ip",
	"colo_sock_redirector0_port",
	"colo_sock_redirector1_id",
	"colo_sock_redirector1_ip",
	"colo_sock_redirector1_port",
	"colo_sock_redirector2_id",
	"colo_sock_redirector2_ip",
	"colo_sock_redirector2_port",
	"colo_filter_mirror_queue",
	"colo_filter_mirror_outdev",
	"colo_filter_redirector0_queue",
	"colo_filter_redirector0_indev",
	"colo_filter_redirector0_outdev",
	"colo_filter_redirector1_queue",
	"colo_filter_redirector1_indev",
	"colo_filter_redirector1_outdev",
	"colo_compare_pri_in",
	"colo_compare_sec_in",
	"colo_compare_out",
	"colo_compare_notify_dev",
	"colo_sock_sec_redirector0_id",
	"colo_sock_sec_redirector0_ip",
	"colo_sock_sec_redirector0_port",
	"colo_sock_sec_redirector1_id",
	"colo_sock_sec_redirector1_ip",
	"colo_sock_sec_redirector1_port",
	"colo_filter_sec_redirector0_queue",
	"colo_filter_sec_redirector0_indev",
	"colo_filter_sec_redirector0_outdev",
	"colo_filter_sec_redirector1_queue",
	"colo_filter_sec_redirector1_indev",
	"colo_filter_sec_redirector1_outdev",
	"colo_filter_sec_rewriter0_queue",
	"colo_checkpoint_host",
	"colo_checkpoint_port",
	"trusted",
	NULL,
};

struct addition {
	const char *source;
	struct json *nic;
	FILE *report;
};

static int add_string(const struct addition *a, const char *member, const char *value)
{
	return json_set_string(a->nic, member, value) ? 0 : -ENOMEM;
}

static int add_type(const struct addition *a, const char *member, const char *value)
{
	if (!strcmp(value, "vif"))
		return add_string(a, member, "vif");
	if (!strcmp(value, "ioemu"))
		return add_string(a, member, "vif_ioemu");
	fputs("Invalid parameter `type'.\n", a->report);
	return -EINVAL;
}

/* Six bytes; what stands between them does not matter to libxl, and those in front of a wrong
 * one count. */
static int add_mac(const struct addition *a, const char *member, const char *value)
{
	const char *old = json_string(json_get(a->nic, member), "00:00:00:00:00:00");
	char text[18], *end = NULL;
	int i;

	snprintf(text, sizeof(text), "%s", old);
	for (i = 0; i < 6 && (!end || *end); i++) {
		const char *at = end ? end + 1 : value;
		unsigned int number = (unsigned int)strtoul(at, &end, 16);

		if (end == at || number > 255)
			break;
		text[3 * i] = "0123456789abcdef"[number >> 4];
		text[3 * i + 1] = "0123456789abcdef"[number & 15];
	}
	if (!strcmp(text, "00:00:00:00:00:00"))
		members_remove(a->nic, member);
	else if (!json_set_string(a->nic, member, text))
		return -ENOMEM;
	if (i == 6)
		return 0;
	fputs("Invalid parameter `mac'.\n", a->report);
	return -EINVAL;
}

static int add_rate(const struct addition *a, const char *member, const char *value)
{
	uint64_t bytes;
	uint32_t us;
	int rc = nic_rate_parse(a->source, value, &bytes, &us, a->report);

	(void)member;
	if (rc)
		return rc == -ENOMEM ? rc : -ERANGE;
	return members_set_int(a->nic, "rate_bytes_per_interval", (int64_t)bytes, 0) &&
			       json_set_int(a->nic, "rate_interval_usecs", us)
		       ? 0
		       : -ENOMEM;
}

static int add_number(const struct addition *a, const char *member, const char *value)
{
	unsigned long number;
	char *end;

	number = strtoul(value, &end, 10);
	if (end == value || number == ULONG_MAX) {
		fprintf(a->report, "xl: failed to convert \"%s\" to number\n", value);
		return -ERANGE;
	}
	/* Defaults that libxl's JSON leaves out: no number, no MTU. */
	return members_set_int(a->nic, member, (int)number, strcmp(member, "mtu") ? -1 : 0)
		       ? 0
		       : -ENOMEM;
}

static int add_netdev(const struct addition *a, const char *member, const char *value)
{
	fputs("the netdev parameter is deprecated, please use gatewaydev instead\n", a->report);
	return add_string(a, member, value);
}

static int ignore_accel(const struct addition *a, const char *member, const char *value)
{
	(void)member, (void)value;
	fputs("the accel parameter for vifs is currently not supported\n", a->report);
	return 0;
}

struct parameter {
	const char *name, *member;
	int (*add)(const struct addition *a, const char *member, const char *value);
};

static const struct parameter parameters[] = {
	{"type", "nictype", add_type},
	{"mac", "mac", add_mac},
	{"bridge", "bridge", add_string},
	{"netdev", "gatewaydev", add_netdev},
	{"gatewaydev", "gatewaydev", add_string},
	{"ip", "ip", add_string},
	{"script", "script", add_string},
	{"backend", "backend_domname", add_string},
	{"vifname", "ifname", add_string},
	{"model", "model", add_string},
	{"rate", NULL, add_rate},
	{"forwarddev", "coloft_forwarddev", add_string},
	{"accel", NULL, ignore_accel},
	{"devid", "devid", add_number},
	{"mtu", "mtu", add_number},
};

/* The colo_ parameters are called as their members: that, or NULL. */
static const char *colo_member(const char *name, size_t len)
{
	size_t i;

	for (i = 0; order[i]; i++)
		if (!strncmp(order[i], "colo_", 5) && strlen(order[i]) == len &&
		    !strncmp(order[i], name, len))
			return order[i];
	return NULL;
}

int nic_spec_add(const char *source, const char *parameter, struct json *nic, FILE *report)
{
	const struct addition a = {source, nic, report};
	size_t len = strcspn(parameter, "="), i;
	const char *colo = parameter[len] ? colo_member(parameter, len) : NULL;

	if (!strcmp(parameter, "trusted"))
		return add_string(&a, "trusted", "True");
	if (!strcmp(parameter, "untrusted"))
		return add_string(&a, "trusted", "False");
	if (colo)
		return add_string(&a, colo, parameter + len + 1);
	for (i = 0; parameter[len] && i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].name) == len &&
		    !strncmp(parameters[i].name, parameter, len))
			return parameters[i].add(&a, parameters[i].member, parameter + len + 1);
	fprintf(report, "unrecognized argument `%s'\n", parameter);
	return -EINVAL;
}

void nic_spec_order(struct json *nic)
{
	members_sort(nic, order);
}

bool nic_spec_default(struct json *nic, const struct nic_defaults *defaults)
{
	const char *const members[][2] = {
		{"script", defaults->script},
		{"gatewaydev", defaults->gatewaydev},
		{"bridge", defaults->bridge},
		{"backend_domname", defaults->backend},
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i][1] && !json_get(nic, members[i][0]) &&
		    !json_set_string(nic, members[i][0], members[i][1]))
			return false;
	nic_spec_order(nic);
	return true;
}

/* 0 or -EINVAL, with @nic as far as it could be read, or the error that ends it. */
static int parse_words(const char *source, char *spec, struct json *nic, FILE *report)
{
	char *rest, *word;
	int rc = 0, one;

	for (word = strtok_r(spec, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		one = nic_spec_add(source, word + strspn(word, " "), nic, report);
		if (one && one != -EINVAL)
			return one;
		if (one)
			rc = one;
	}
	return rc;
}

int nic_spec_parse(const char *source, const char *spec, const struct nic_defaults *defaults,
		   int devid, struct json **nic, FILE *report)
{
	char *copy = strdup(spec);
	int rc = -ENOMEM;

	*nic = copy ? json_new_object() : NULL;
	if (*nic && json_set_int(*nic, "devid", devid))
		rc = parse_words(source, copy, *nic, report);
	if (*nic && !nic_spec_default(*nic, defaults))
		rc = -ENOMEM;
	free(copy);
	return rc;
}
