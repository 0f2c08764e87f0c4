/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domains: domain.list in libxl's types, names and ids. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_extra.h"
#include "libxl_query.h"

static bool flag(const struct json *v, const char *key)
{
	return json_bool(json_get(json_get(v, "state"), key), false);
}

/* In libxl a PVH domain's type is that of its container: LIBXL_DOMAIN_TYPE_HVM. */
static int fill_dominfo(libxl_dominfo *info, const struct json *v)
{
	const char *type = json_string(json_get(v, "type"), "");

	libxl_dominfo_init(info);
	if (libxl_uuid_from_string(&info->uuid, json_string(json_get(v, "uuid"), "")))
		return ERROR_FAIL;
	info->domid = libxl__get_u32(v, "domid");
	info->running = flag(v, "running");
	info->blocked = flag(v, "blocked");
	info->paused = flag(v, "paused");
	info->shutdown = flag(v, "shutdown");
	info->dying = flag(v, "dying");
	info->shutdown_reason = (libxl_shutdown_reason)json_int(json_get(v, "shutdown_reason"),
								LIBXL_SHUTDOWN_REASON_UNKNOWN);
	info->outstanding_memkb = libxl__get_u64(v, "outstanding_memkb");
	info->current_memkb = libxl__get_u64(v, "current_memkb");
	info->shared_memkb = libxl__get_u64(v, "shared_memkb");
	info->paged_memkb = libxl__get_u64(v, "paged_memkb");
	info->max_memkb = libxl__get_u64(v, "max_memkb");
	info->cpu_time = libxl__get_u64(v, "cpu_time_ns");
	/* -1, no vCPU, is XEN_INVALID_MAX_VCPU_ID. */
	info->vcpu_max_id = (uint32_t)json_int(json_get(v, "vcpu_max_id"), -1);
	info->vcpu_online = libxl__get_u32(v, "vcpu_online");
	info->cpupool = libxl__get_u32(v, "cpupool_id");
	info->gpaddr_bits = (uint8_t)libxl__get_u32(v, "gpaddr_bits");
	info->domain_type = strcmp(type, "pv") ? LIBXL_DOMAIN_TYPE_HVM : LIBXL_DOMAIN_TYPE_PV;
	return 0;
}

/* NULL: no memory, or an answer of another form. */
static libxl_dominfo *fill_dominfos(const struct json *list)
{
	libxl_dominfo *infos = libxl__list_alloc(list->nr, sizeof(*infos));
	size_t i;

	for (i = 0; infos && i < list->nr; i++) {
		if (!fill_dominfo(&infos[i], list->items[i]))
			continue;
		libxl_dominfo_list_free(infos, (int)i);
		return NULL;
	}
	return infos;
}

static void free_names(char **names, size_t nr)
{
	size_t i;

	for (i = 0; names && i < nr; i++)
		free(names[i]);
	free(names);
}

static char **copy_names(const struct json *list)
{
	char **names = libxl__list_alloc(list->nr, sizeof(*names));
	const char *name;
	size_t i;

	for (i = 0; names && i < list->nr; i++) {
		name = json_string(json_get(list->items[i], "name"), NULL);
		names[i] = name ? strdup(name) : NULL;
		if (!name || names[i])
			continue;
		free_names(names, i);
		return NULL;
	}
	return names;
}

libxl_dominfo *libxl__list_domain_names(libxl_ctx *ctx, int *nb_domain_out, char ***names)
{
	libxl_dominfo *infos;
	struct json *list;

	if (libxl__domains(ctx, &list))
		return NULL;
	infos = fill_dominfos(list);
	if (infos && names) {
		*names = copy_names(list);
		if (!*names) {
			libxl_dominfo_list_free(infos, (int)list->nr);
			infos = NULL;
		}
	}
	if (infos)
		*nb_domain_out = (int)list->nr;
	json_free(list);
	return infos;
}

libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out)
{
	return libxl__list_domain_names(ctx, nb_domain_out, NULL);
}

int libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid)
{
	struct json *domain;
	int rc = libxl__query_of(ctx, "domain.get", libxl__domain_params(domid), &domain, "");

	if (rc)
		return rc;
	if (info_r)
		rc = fill_dominfo(info_r, domain);
	json_free(domain);
	return rc;
}

libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out)
{
	libxl_dominfo *domains;
	libxl_vminfo *vms;
	int i, nr;

	domains = libxl_list_domain(ctx, &nr);
	if (!domains)
		return NULL;
	vms = libxl__list_alloc((size_t)nr, sizeof(*vms));
	for (i = 0; vms && i < nr; i++) {
		libxl_vminfo_init(&vms[i]);
		libxl_uuid_copy(ctx, &vms[i].uuid, &domains[i].uuid);
		vms[i].domid = domains[i].domid;
	}
	libxl_dominfo_list_free(domains, nr);
	if (vms)
		*nb_vm_out = nr;
	return vms;
}

/* UINT32_MAX: it cannot be told. */
uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid)
{
	struct json *domain;
	uint32_t start;

	if (libxl__query_of(ctx, "domain.get", libxl__domain_params(domid), &domain,
			    "Can't get start time of domain"))
		return UINT32_MAX;
	start = (uint32_t)json_real(json_get(domain, "start_time"), 0);
	json_free(domain);
	return start;
}

/* --- names ------------------------------------------------------------------------- */

/* domain.identify of a selector, which is owned.  0, or an error, which is logged unless it
 * only says that there is no such domain, or that none could be called so. */
static int identify(libxl_ctx *ctx, struct json *selector, struct json **identity)
{
	struct json *params = json_new_object();
	struct rpc_error error;
	int rc;

	if (!params || !json_set(params, "domain", selector)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	rc = libxl__rpc(ctx, LIBXL__READ, "domain.identify", params, RPC_QUICK, identity, NULL,
			&error);
	if (rc && rc != ERROR_DOMAIN_NOTFOUND && rc != ERROR_INVAL)
		libxl__log_refusal(ctx, LIBXL__HERE, INVALID_DOMID, &error, NULL);
	return rc;
}

char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid)
{
	struct json *identity;
	const char *name;
	char *copy;

	if (identify(ctx, json_new_int(domid), &identity))
		return NULL;
	name = json_string(json_get(identity, "name"), NULL);
	copy = name ? strdup(name) : NULL;
	json_free(identity);
	return copy;
}

/* nacred takes a UUID for what it is. */
int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
	struct json *identity;
	int rc = identify(ctx, json_new_string(name), &identity);

	if (rc)
		return rc == ERROR_DOMAIN_NOTFOUND ? ERROR_INVAL : rc;
	if (libxl__is_named(identity, name))
		*domid = libxl__get_u32(identity, "domid");
	else
		rc = ERROR_INVAL;
	json_free(identity);
	return rc;
}

/* A qualifier of digits only is an id, whether there is such a thing or not. */
static bool is_id(const char *qualifier, uint32_t *id)
{
	const char *p = qualifier;

	while (isdigit((unsigned char)*p))
		p++;
	if (p == qualifier || *p)
		return false;
	*id = (uint32_t)strtoul(qualifier, NULL, 10);
	return true;
}

int libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
	return is_id(name, domid) ? 0 : libxl_name_to_domid(ctx, name, domid);
}

int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx, const char *p, uint32_t *poolid_r,
					 int *was_name_r)
{
	bool id = is_id(p, poolid_r);

	if (was_name_r)
		*was_name_r = !id;
	return id ? 0 : libxl_name_to_cpupoolid(ctx, p, poolid_r);
}

/* --- device model stubs: there are none ---------------------------------------------- */

int libxl_get_stubdom_id(libxl_ctx *ctx, int guest_domid)
{
	return 0;
}

int libxl_is_stubdom(libxl_ctx *ctx, uint32_t domid, uint32_t *target_domid)
{
	return 0;
}
