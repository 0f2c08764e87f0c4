/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>
#include <xen/xen.h>
#include <xen/sched.h>

#include "cpuid.h"
#include "limits.h"

#define CODE "config.invalid"

/* Member @key of @parent (named @where) with @type, or NULL when absent. */
static int member(const struct json *parent, const char *where, const char *key,
		  enum json_type type, const struct json **out, struct rpc_error *e)
{
	static const char *const words[] = {"null",	"a boolean", "an integer", "a number",
					    "a string", "an array",  "an object"};
	const struct json *v = json_get(parent, key);

	*out = NULL;
	if (!v || v->type == JSON_NULL)
		return 0;
	if (v->type != type) {
		fail(e, XL_INVAL, CODE, "config: %s%s must be %s", where, key, words[type]);
		return fail_field(e, "config.%s%s", where, key);
	}
	*out = v;
	return 0;
}

static int get_string(const struct json *parent, const char *where, const char *key, size_t max,
		      const char **out, struct rpc_error *e)
{
	const struct json *v;

	if (member(parent, where, key, JSON_STRING, &v, e))
		return -1;
	*out = json_string(v, NULL);
	if (*out && strlen(*out) > max) {
		fail(e, XL_INVAL, CODE, "config: %s%s is longer than %zu bytes", where, key, max);
		return fail_field(e, "config.%s%s", where, key);
	}
	return 0;
}

/* *out keeps its value when the member is absent. */
static int get_int(const struct json *parent, const char *where, const char *key, int64_t min,
		   int64_t max, int64_t *out, struct rpc_error *e)
{
	const struct json *v;

	if (member(parent, where, key, JSON_INT, &v, e))
		return -1;
	*out = json_int(v, *out);
	if (!v || (*out >= min && *out <= max))
		return 0;
	fail(e, XL_INVAL, CODE, "config: %s%s is %lld, but must be from %lld to %lld", where, key,
	     (long long)*out, (long long)min, (long long)max);
	return fail_field(e, "config.%s%s", where, key);
}

int config_check_word(const char *what, const char *name, const char *code, struct rpc_error *e)
{
	const unsigned char *p;
	const char *why = NULL;
	bool digits = true;

	for (p = (const unsigned char *)name; *p && !why; p++) {
		if (isspace(*p))
			why = "holds whitespace";
		else if (*p < 0x20 || *p == 0x7f)
			why = "holds a control character";
		else if (*p == '/')
			why = "holds a slash";
		digits = digits && isdigit(*p);
	}
	if (!*name)
		why = "is empty";
	else if (!why && digits)
		why = "consists of digits only and would be taken for an id";
	else if (!why && strlen(name) > LIMIT_NAME_BYTES)
		why = "is longer than 128 bytes";
	if (!why)
		return 0;
	return fail(e, XL_INVAL, code, "%s \"%s\" %s", what, name, why);
}

int config_check_name(const char *name, struct rpc_error *e)
{
	if (!config_check_word("the domain name", name, "domain.bad_name", e))
		return 0;
	return fail_field(e, "config.c_info.name");
}

static int read_type(struct config *c, const struct json *info, struct rpc_error *e)
{
	if (get_string(info, "c_info.", "type", 16, &c->type, e))
		return -1;
	if (!c->type)
		c->type = "pv"; /* libxl's default for a config that does not say */
	if (strcmp(c->type, "pvh") == 0 || strcmp(c->type, "hvm") == 0)
		return 0;
	fail(e, XL_INVAL, "config.type",
	     "a domain of type \"%s\" cannot be created: this "
	     "hypervisor runs PVH guests",
	     c->type);
	fail_hint(e, "set type=\"pvh\" and give a kernel with a PVH entry");
	return fail_field(e, "config.c_info.type");
}

static int read_create_info(struct config *c, const struct json *info, struct rpc_error *e)
{
	const char *hap = NULL;
	uuid_t uuid;

	if (!info) {
		fail(e, XL_INVAL, CODE, "config: c_info is missing");
		return fail_field(e, "config.c_info");
	}
	if (get_string(info, "c_info.", "name", LIMIT_PATH_BYTES, &c->name, e) ||
	    config_check_name(c->name ? c->name : "", e) || read_type(c, info, e) ||
	    get_string(info, "c_info.", "uuid", 64, &c->uuid, e) ||
	    get_string(info, "c_info.", "pool_name", LIMIT_NAME_BYTES, &c->pool, e) ||
	    get_string(info, "c_info.", "hap", 16, &hap, e))
		return -1;
	if (c->uuid && (uuid_parse(c->uuid, uuid) || uuid_is_null(uuid))) {
		fail(e, XL_INVAL, CODE, "config: \"%s\" is no UUID of a domain", c->uuid);
		return fail_field(e, "config.c_info.uuid");
	}
	if (!c->pool)
		c->pool = "0";
	if (hap && strcmp(hap, "False") == 0) {
		fail(e, XL_INVAL, "config.unsupported", "hap=0 (shadow paging) is not available");
		return fail_field(e, "config.c_info.hap");
	}
	return 0;
}

static int read_path(const struct json *info, const char *where, const char *key, const char **out,
		     struct rpc_error *e)
{
	if (get_string(info, where, key, LIMIT_PATH_BYTES, out, e))
		return -1;
	if (!*out || **out == '/')
		return 0;
	fail(e, XL_INVAL, CODE, "config: the path of %s, \"%s\", is not absolute", key, *out);
	return fail_field(e, "config.%s%s", where, key);
}

static int read_image(struct config *c, const struct json *info, struct rpc_error *e)
{
	const char *loader = NULL;

	if (read_path(info, "b_info.", "kernel", &c->kernel, e) ||
	    read_path(info, "b_info.", "ramdisk", &c->ramdisk, e) ||
	    get_string(info, "b_info.", "cmdline", LIMIT_CMDLINE_BYTES, &c->cmdline, e) ||
	    get_string(info, "b_info.", "bootloader", LIMIT_PATH_BYTES, &loader, e))
		return -1;
	if (loader) {
		fail(e, XL_NI, "config.unsupported", "a bootloader (%s) is not supported", loader);
		fail_hint(e, "name the kernel by kernel= and the initial RAM disk by ramdisk=");
		return fail_field(e, "config.b_info.bootloader");
	}
	/* type="hvm" with firmware_override: the ELF is started as a PVH kernel is. */
	if (!c->kernel && strcmp(c->type, "hvm") == 0 &&
	    read_path(json_get(info, "type.hvm"), "b_info.type.hvm.", "firmware", &c->kernel, e))
		return -1;
	if (c->kernel)
		return 0;
	fail(e, XL_INVAL, "config.no_kernel", "no kernel specified");
	fail_hint(e, "a guest of type \"%s\" needs kernel=\"/path\"", c->type);
	return fail_field(e, "config.b_info.kernel");
}

static int read_memory(struct config *c, const struct json *info, struct rpc_error *e)
{
	int64_t max = 32 * 1024, target, paging, grants = -1, maptrack = -1, ports = 0, version = 2;

	if (get_int(info, "b_info.", "max_memkb", 1, LIMIT_MEMORY_MAX, &max, e))
		return -1;
	target = max;
	if (get_int(info, "b_info.", "target_memkb", 1, LIMIT_MEMORY_MAX, &target, e))
		return -1;
	if (target > max || target < (int64_t)LIMIT_MEMORY_MIN) {
		if (target > max)
			fail(e, XL_INVAL, CODE,
			     "config: memory (%lld KiB) is more than maxmem "
			     "(%lld KiB)",
			     (long long)target, (long long)max);
		else
			fail(e, XL_INVAL, "config.memory_too_small",
			     "config: %lld KiB of memory are too little: the minimum is %llu KiB",
			     (long long)target, LIMIT_MEMORY_MIN);
		return fail_field(e, "config.b_info.target_memkb");
	}
	/* libxl's figure with HAP: 256 pages per vCPU and one per MiB of memory. */
	paging = 4 * (256 * (int64_t)c->max_vcpus + max / 1024);
	if (get_int(info, "b_info.", "shadow_memkb", 0, LIMIT_MEMORY_MAX, &paging, e) ||
	    get_int(info, "b_info.", "max_grant_frames", 1, 8192, &grants, e) ||
	    get_int(info, "b_info.", "max_maptrack_frames", 0, 65536, &maptrack, e) ||
	    get_int(info, "b_info.", "max_grant_version", -1, 2, &version, e) ||
	    get_int(info, "b_info.", "event_channels", 0, 131071, &ports, e))
		return -1;
	if (!version) {
		fail(e, XL_INVAL, CODE, "config: there is no grant table version 0");
		return fail_field(e, "config.b_info.max_grant_version");
	}
	c->max_kib = (uint64_t)max;
	c->target_kib = (uint64_t)target;
	c->paging_kib = (uint64_t)paging;
	c->max_grant_frames = grants < 0 ? 64 : (int32_t)grants;
	c->max_grant_version = version < 0 ? 2 : (unsigned int)version;
	c->max_maptrack_frames = maptrack < 0 ? 1024 : (int32_t)maptrack;
	c->max_evtchn_port = ports ? (uint32_t)ports : 1023;
	return 0;
}

/* A libxl_bitmap in JSON: the list of the bits that are set. */
static int read_bitmap(const struct json *v, const char *field, uint8_t *bits, unsigned int nr,
		       struct rpc_error *e)
{
	size_t i;

	for (i = 0; v->type == JSON_ARRAY && i < v->nr; i++) {
		int64_t bit = json_int(v->items[i], -1);

		if (bit < 0 || bit >= nr)
			break;
		bits[bit / 8] |= (uint8_t)(1u << (bit % 8));
	}
	if (v->type == JSON_ARRAY && i == v->nr)
		return 0;
	fail(e, XL_INVAL, CODE, "config: %s must be a list of numbers from 0 to %u", field, nr - 1);
	return fail_field(e, "config.b_info.%s", field);
}

static int read_vcpus(struct config *c, const struct json *info, struct rpc_error *e)
{
	int64_t max = 1;
	const struct json *avail;
	unsigned int i;

	if (get_int(info, "b_info.", "max_vcpus", 1, INT32_MAX, &max, e))
		return -1;
	if (max > LIMIT_VCPUS) {
		fail(e, XL_INVAL, "config.too_many_vcpus",
		     "config: %lld vCPUs are more than a domain may have (%d)", (long long)max,
		     LIMIT_VCPUS);
		return fail_field(e, "config.b_info.max_vcpus");
	}
	c->max_vcpus = (unsigned int)max;
	if (member(info, "b_info.", "avail_vcpus", JSON_ARRAY, &avail, e))
		return -1;
	if (avail && avail->nr) {
		if (read_bitmap(avail, "avail_vcpus", c->online, c->max_vcpus, e))
			return -1;
	} else {
		c->online[0] = 1; /* libxl's default: vCPU 0 only */
	}
	for (i = 0; i < c->max_vcpus; i++)
		c->online_vcpus += (c->online[i / 8] >> (i % 8)) & 1;
	if (c->online[0] & 1)
		return 0;
	fail(e, XL_INVAL, CODE, "config: vCPU 0 must be online at start");
	return fail_field(e, "config.b_info.avail_vcpus");
}

static int read_affinity(struct config *c, const struct json *info, const char *key,
			 struct config_affinity **out, struct rpc_error *e)
{
	const struct json *list;
	size_t i;

	if (member(info, "b_info.", key, JSON_ARRAY, &list, e))
		return -1;
	if (!list || !list->nr)
		return 0;
	if (list->nr > c->max_vcpus) {
		fail(e, XL_INVAL, CODE, "config: %s names %zu vCPUs of %u", key, list->nr,
		     c->max_vcpus);
		return fail_field(e, "config.b_info.%s", key);
	}
	*out = calloc(c->max_vcpus, sizeof(**out));
	if (!*out)
		return fail_memory(e);
	for (i = 0; i < list->nr; i++) {
		(*out)[i].given = list->items[i]->type == JSON_ARRAY && list->items[i]->nr;
		if (read_bitmap(list->items[i], key, (*out)[i].cpus, CONFIG_MAX_CPUS, e))
			return -1;
	}
	return 0;
}

static int read_tsc(struct config *c, const struct json *info, struct rpc_error *e)
{
	static const char *const words[] = {"default", "always_emulate", "native",
					    "native_paravirt"};
	const char *word = NULL;

	if (get_string(info, "b_info.", "tsc_mode", 32, &word, e))
		return -1;
	for (c->tsc_mode = 0; word && c->tsc_mode < 4; c->tsc_mode++)
		if (strcmp(word, words[c->tsc_mode]) == 0)
			return 0;
	if (!word)
		return 0;
	fail(e, XL_INVAL, CODE, "config: there is no tsc_mode \"%s\"", word);
	return fail_field(e, "config.b_info.tsc_mode");
}

static int read_sched(struct config *c, const struct json *info, struct rpc_error *e)
{
	int64_t weight = -1, cap = -1;
	const struct json *sched;

	if (member(info, "b_info.", "sched_params", JSON_OBJECT, &sched, e) ||
	    get_int(sched, "b_info.sched_params.", "weight", INT32_MIN, INT32_MAX, &weight, e) ||
	    get_int(sched, "b_info.sched_params.", "cap", INT32_MIN, INT32_MAX, &cap, e))
		return -1;
	c->weight = (int)weight;
	c->cap = (int)cap;
	if (weight != -1 && (weight < 1 || weight > 65535)) {
		fail(e, XL_INVAL, "sched.weight_out_of_range",
		     "Cpu weight out of range, "
		     "valid values are within range from 1 to 65535");
		return fail_field(e, "config.b_info.sched_params.weight");
	}
	if (cap != -1 && (cap < 0 || cap > 100 * (int64_t)c->max_vcpus)) {
		fail(e, XL_INVAL, "sched.cap_out_of_range",
		     "Cpu cap out of range, valid range "
		     "is from 0 to %u for specified number of vcpus",
		     100 * c->max_vcpus);
		return fail_field(e, "config.b_info.sched_params.cap");
	}
	return 0;
}

/* Devices that this toolstack cannot give to a guest: better no domain than one
 * that misses what its owner configured. */
static int refuse_devices(const struct json *tree, struct rpc_error *e)
{
	static const char *const lists[] = {
		"disks", "nics",     "pcidevs", "rdms",	    "dtdevs",	  "vfbs",
		"vkbs",	 "virtios",  "vtpms",	"p9s",	    "pvcallsifs", "vdispls",
		"vsnds", "usbctrls", "usbdevs", "channels", NULL,
	};
	const char *const *l;
	const struct json *v;

	for (l = lists; *l; l++) {
		v = json_get(tree, *l);
		if (!v || v->type == JSON_NULL || (v->type == JSON_ARRAY && v->nr == 0))
			continue;
		fail(e, XL_NI, "config.unsupported",
		     "config: %s: devices of this kind are not "
		     "supported",
		     *l);
		fail_hint(e, "remove them from the configuration%s; the guest has its console",
			  strcmp(*l, "disks") == 0  ? " (xl create FILE 'disk=[]')"
			  : strcmp(*l, "nics") == 0 ? " (xl create FILE 'vif=[]')"
						    : "");
		return fail_field(e, "config.%s", *l);
	}
	return 0;
}

/* The same for parts of the machine, and for what contains a guest. */
static int refuse_features(const struct json *create, const struct json *build, struct rpc_error *e)
{
	static const char *const ranges[] = {"b_info.ioports", "b_info.irqs", "b_info.iomem"};
	const char *pass = json_string(json_get(create, "passthrough"), "default"), *what = NULL;
	const struct json *shim = json_get(json_get(build, "type.pvh"), "pvshim"), *v;
	size_t i;

	for (i = 0; i < 3 && !what; i++) {
		v = json_get(build, strchr(ranges[i], '.') + 1);
		what = v && v->type == JSON_ARRAY && v->nr ? ranges[i] : NULL;
	}
	if (strcmp(pass, "default") != 0 && strcmp(pass, "disabled") != 0)
		what = "c_info.passthrough";
	if (strcmp(json_string(shim, "False"), "True") == 0)
		what = "b_info.type.pvh.pvshim";
	if (!what)
		return 0;
	fail(e, XL_NI, "config.unsupported", "config: %s is not supported", what);
	return fail_field(e, "config.%s", what);
}

int config_read(struct config *c, const struct json *tree, struct rpc_error *e)
{
	const struct json *create, *build;

	memset(c, 0, sizeof(*c));
	if (!tree || tree->type != JSON_OBJECT)
		return fail(e, XL_INVAL, CODE, "config is not an object");
	if (member(tree, "", "c_info", JSON_OBJECT, &create, e) ||
	    member(tree, "", "b_info", JSON_OBJECT, &build, e))
		return -1;
	if (read_create_info(c, create, e) || read_vcpus(c, build, e) || read_memory(c, build, e) ||
	    read_tsc(c, build, e) || read_sched(c, build, e) || read_image(c, build, e) ||
	    read_affinity(c, build, "vcpu_hard_affinity", &c->hard, e) ||
	    read_affinity(c, build, "vcpu_soft_affinity", &c->soft, e) ||
	    config_check_actions(tree, e) || cpuid_check(build, e) || refuse_devices(tree, e) ||
	    refuse_features(create, build, e)) {
		config_free(c);
		return -1;
	}
	return 0;
}

void config_free(struct config *c)
{
	free(c->hard);
	free(c->soft);
	c->hard = c->soft = NULL;
}
