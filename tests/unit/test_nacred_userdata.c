/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.userdata.*, domain.nodes.*: through schema and handler, over a hypervisor of a
 * few lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "limits.h"
#include "nacred.h"
#include "rpc.h"
#include "world.h"

#define UUID "00000000-0000-0000-0000-000000000007"

static struct nacred n;
static char dir[] = "/tmp/nacre-userdata-XXXXXX";
static uint64_t node_mask = 1;
static struct rpc_error e;

/* Domain 0 and one that nacred made. */
int __wrap_ctrl_domain_list(struct ctrl *c, uint32_t first, struct xen_domctl_getdomaininfo *info,
			    unsigned int max)
{
	unsigned int nr = 0;

	memset(info, 0, 2 * sizeof(*info));
	if (first == 0)
		nr++;
	info[nr].domain = 7;
	info[nr].handle[15] = 7;
	info[nr++].flags = XEN_DOMINF_hvm_guest;
	return first > 7 ? 0 : (int)nr;
}

int __wrap_ctrl_domain_get_node_affinity(struct ctrl *c, uint32_t domid, uint8_t *nodes,
					 unsigned int nr_bits)
{
	memcpy(nodes, &node_mask, nr_bits / 8);
	return 0;
}

int __wrap_ctrl_domain_set_node_affinity(struct ctrl *c, uint32_t domid, const uint8_t *nodes,
					 unsigned int nr_bits)
{
	if (!memcmp(nodes, &(uint64_t){0}, 8))
		return -EINVAL;
	memcpy(&node_mask, nodes, nr_bits / 8);
	return 0;
}

static void setup(void)
{
	static const char config[] = "{\"c_info\":{\"name\":\"web\"},\"b_info\":{}}";
	struct record *r;

	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(records_load(&n.records, dir), 0);
	r = record_new(&n.records, UUID, "web",
		       json_parse(config, strlen(config), &json_default_limits, NULL, 0));
	r->state = RECORD_RUNNING;
	r->domid = 7;
	cr_assert_eq(record_save(&n.records, r, &e), 0);
}

static void teardown(void)
{
	char command[128];

	model_free(&n.model);
	records_free(&n.records);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(userdata, .init = setup, .fini = teardown);

/* What the method answers, or NULL and the error. */
static struct json *call(const char *name, struct json *params)
{
	const struct method *method = rpc_method(name);
	struct json *result = NULL;

	cr_assert_not_null(method);
	memset(&e, 0, sizeof(e));
	if (schema_check(method->params, params, &e) == 0)
		method->handle(&n, NULL, params, &result, &e);
	json_free(params);
	return result;
}

static struct json *arguments(int64_t domid, const char *key, const char *data)
{
	struct json *params = json_new_object();

	json_set_int(params, "domain", domid);
	json_set_string(params, "key", key);
	if (data)
		json_set_string(params, "data", data);
	return params;
}

static void set(const char *key, const char *data)
{
	struct json *result = call("domain.userdata.set", arguments(7, key, data));

	cr_assert_not_null(result, "%s", e.message);
	cr_expect_eq(json_int(json_get(result, "domid"), 0), 7);
	json_free(result);
}

static void refused(const char *key, const char *data, const char *code)
{
	cr_expect_null(call("domain.userdata.set", arguments(7, key, data)));
	cr_expect_str_eq(e.code, code);
}

static void expect(const char *key, const char *data)
{
	struct json *result = call("domain.userdata.get", arguments(7, key, NULL));

	cr_assert_not_null(result, "%s", e.message);
	cr_expect_str_eq(json_string(json_get(result, "data"), "none"), data);
	json_free(result);
}

Test(userdata, kept_replaced_forgotten)
{
	expect("xl", "none");
	set("xl", "6162");
	set("libvirt-xml", "ff00");
	expect("xl", "6162");
	set("xl", "63");
	expect("xl", "63");
	expect("libvirt-xml", "ff00");
	set("xl", NULL);
	set("never", NULL);
	expect("xl", "none");
	expect("libvirt-xml", "ff00");
}

Test(userdata, outlives_nacred)
{
	set("xl", "6162");
	records_free(&n.records);
	cr_assert_eq(records_load(&n.records, dir), 0);
	expect("xl", "6162");
	record_remove(&n.records, record_by_uuid(&n.records, UUID));
	expect("xl", "none");
}

Test(userdata, of_whom)
{
	struct json *none = call("domain.userdata.get", arguments(0, "libvirt-xml", NULL));

	cr_expect_eq(json_get(none, "data")->type, JSON_NULL);
	json_free(none);
	cr_expect_null(call("domain.userdata.set", arguments(0, "xl", "00")));
	cr_expect_str_eq(e.code, "domain.no_record");
	cr_expect_null(call("domain.userdata.set", arguments(8, "xl", "00")));
	cr_expect_str_eq(e.code, "domain.not_found");
	cr_expect_neq(rpc_method("domain.userdata.get")->class, METHOD_READ);
}

Test(userdata, bad_data)
{
	refused("xl", "6", "request.invalid_params");
	refused("xl", "666", "request.invalid_params");
	refused("xl", "6x", "request.invalid_params");
	refused("xl", "AB", "request.invalid_params");
	refused("", "00", "request.invalid_params");
	refused("12345678901234567890123456789012345678901234567890123456789012345", "00",
		"request.invalid_params");
	expect("xl", "none");
}

Test(userdata, limits)
{
	char *data = malloc(2 * LIMIT_USERDATA_BYTES + 1), key[16];
	int i;

	memset(data, '0', 2 * LIMIT_USERDATA_BYTES);
	data[2 * LIMIT_USERDATA_BYTES] = '\0';
	set("all", data);
	refused("more", "00", "domain.userdata_full");
	expect("more", "none");
	set("all", "11");
	for (i = 1; i < LIMIT_USERDATA_KEYS; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		set(key, "22");
	}
	refused("one too many", "00", "domain.userdata_full");
	set("all", "33");
	free(data);
}

static struct json *with_nodes(int64_t node)
{
	struct json *params = json_new_object(), *nodes = json_new_array();

	json_set_int(params, "domain", 7);
	if (node >= 0)
		json_append(nodes, json_new_int(node));
	json_set(params, "nodes", nodes);
	return params;
}

Test(userdata, nodes)
{
	struct json *result = call("domain.nodes.set", with_nodes(63)), *params;

	cr_assert_not_null(result, "%s", e.message);
	json_free(result);
	cr_expect_eq(node_mask, 1ull << 63);
	params = json_new_object();
	json_set_int(params, "domain", 7);
	result = call("domain.nodes.get", params);
	cr_assert_not_null(result, "%s", e.message);
	cr_expect_eq(json_get(result, "nodes")->nr, 1);
	cr_expect_eq(json_int(json_get(result, "nodes")->items[0], -1), 63);
	json_free(result);
	cr_expect_null(call("domain.nodes.set", with_nodes(64)));
	cr_expect_str_eq(e.code, "request.invalid_params");
	cr_expect_null(call("domain.nodes.set", with_nodes(-1)));
	cr_expect_str_eq(e.code, "hypervisor.refused");
	cr_expect_eq(node_mask, 1ull << 63);
}
