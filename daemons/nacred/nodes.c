/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nodes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <store.h>

/* Bytes that a guest's console may have buffered (libxl's LIBXL_XENCONSOLE_LIMIT). */
#define CONSOLE_LIMIT 1048576

/* One transaction being filled: the first error stays and stops the rest. */
struct writer {
	struct store *s;
	store_tx tx;
	uint32_t domid;
	int rc;
};

/* Who owns a node and who else may read it. A new node is born with what its
 * parent has, which saves a request for most of them. */
enum owner {
	OWNER_PARENT,
	OWNER_DOM0,
	OWNER_DOM0_GUEST_READS,
	OWNER_GUEST,
	OWNER_GUEST_DOM0_READS,
};

static int set_owner(struct writer *w, const char *path, enum owner owner)
{
	struct xs_permissions p[2] = {{.id = 0, .perms = XS_PERM_NONE}};
	unsigned int nr = 1;

	if (owner == OWNER_GUEST || owner == OWNER_GUEST_DOM0_READS)
		p[0].id = w->domid;
	if (owner == OWNER_DOM0_GUEST_READS) {
		p[1] = (struct xs_permissions){.id = w->domid, .perms = XS_PERM_READ};
		nr = 2;
	} else if (owner == OWNER_GUEST_DOM0_READS) {
		p[1] = (struct xs_permissions){.id = 0, .perms = XS_PERM_READ};
		nr = 2;
	}
	return store_set_perms(w->s, w->tx, path, p, nr);
}

static void put(struct writer *w, enum owner owner, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Write a node and give it its permissions; an empty @fmt makes a directory. */
static void put(struct writer *w, enum owner owner, const char *path, const char *fmt, ...)
{
	char value[XENSTORE_ABS_PATH_MAX + 1];
	va_list ap;

	if (w->rc)
		return;
	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	w->rc = *value ? store_write(w->s, w->tx, path, value) : store_mkdir(w->s, w->tx, path);
	if (!w->rc && owner != OWNER_PARENT)
		w->rc = set_owner(w, path, owner);
}

/* The same below /local/domain/<domid>. */
#define put_local(w, owner, sub, ...)                                                              \
	do {                                                                                       \
		char path_[128];                                                                   \
		snprintf(path_, sizeof(path_), "/local/domain/%u%s", (w)->domid, sub);             \
		put(w, owner, path_, __VA_ARGS__);                                                 \
	} while (0)

static void put_directories(struct writer *w)
{
	static const char *const guests[] = {
		"/control/shutdown",
		"/control/feature-poweroff",
		"/control/feature-reboot",
		"/control/feature-suspend",
		"/control/sysrq",
		"/device/suspend/event-channel",
		"/data",
		"/drivers",
		"/feature",
		"/attr",
		"/error",
	};
	size_t i;

	for (i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
		put_local(w, OWNER_GUEST, guests[i], "%s", "");
}

static void put_vm(struct writer *w, const char *uuid, const char *name, double start_time)
{
	char path[96];

	snprintf(path, sizeof(path), "/vm/%s", uuid);
	put(w, OWNER_DOM0_GUEST_READS, path, "%s", "");
	snprintf(path, sizeof(path), "/vm/%s/name", uuid);
	put(w, OWNER_PARENT, path, "%s", name);
	snprintf(path, sizeof(path), "/vm/%s/uuid", uuid);
	put(w, OWNER_PARENT, path, "%s", uuid);
	snprintf(path, sizeof(path), "/vm/%s/start_time", uuid);
	put(w, OWNER_PARENT, path, "%.2f", start_time);
	put_local(w, OWNER_PARENT, "/vm", "/vm/%s", uuid);
}

static void put_figures(struct writer *w, const struct nodes_spec *spec)
{
	unsigned int i;
	char sub[48];

	for (i = 0; i < spec->max_vcpus; i++) {
		bool on = (spec->online[i / 8] >> (i % 8)) & 1;

		snprintf(sub, sizeof(sub), "/cpu/%u/availability", i);
		put_local(w, OWNER_PARENT, sub, "%s", on ? "online" : "offline");
	}
	put_local(w, OWNER_PARENT, "/memory/static-max", "%llu", (unsigned long long)spec->max_kib);
	put_local(w, OWNER_PARENT, "/memory/target", "%llu", (unsigned long long)spec->target_kib);
	put_local(w, OWNER_PARENT, "/memory/videoram", "0");
	put_local(w, OWNER_PARENT, "/control/platform-feature-multiprocessor-suspend", "1");
	put_local(w, OWNER_PARENT, "/control/platform-feature-xs_reset_watches", "1");
	put_local(w, OWNER_PARENT, "/domid", "%u", spec->domid);
	put_local(w, OWNER_PARENT, "/store/port", "%u", spec->store_port);
	put_local(w, OWNER_PARENT, "/store/ring-ref", "%llu", (unsigned long long)spec->store_gfn);
}

static void put_console(struct writer *w, const struct nodes_spec *spec)
{
	static const char *const keys[] = {"frontend", "frontend-id", "online", "state",
					   "protocol"};
	char front[48], back[64], id[16], path[128];
	const char *values[] = {front, id, "1", "1", "vt100"};
	size_t i;

	snprintf(front, sizeof(front), "/local/domain/%u/console", spec->domid);
	snprintf(back, sizeof(back), "/local/domain/0/backend/console/%u/0", spec->domid);
	snprintf(id, sizeof(id), "%u", spec->domid);
	put_local(w, OWNER_PARENT, "/console/backend", "%s", back);
	put_local(w, OWNER_GUEST_DOM0_READS, "/console/backend-id", "0");
	put_local(w, OWNER_PARENT, "/console/limit", "%d", CONSOLE_LIMIT);
	put_local(w, OWNER_PARENT, "/console/type", "xenconsoled");
	put_local(w, OWNER_PARENT, "/console/output", "pty");
	put_local(w, OWNER_PARENT, "/console/tty", "%s", "");
	put_local(w, OWNER_PARENT, "/console/port", "%u", spec->console_port);
	put_local(w, OWNER_PARENT, "/console/ring-ref", "%llu",
		  (unsigned long long)spec->console_gfn);
	put(w, OWNER_DOM0_GUEST_READS, back, "%s", "");
	snprintf(path, sizeof(path), "/libxl/%u/device/console/0/backend", spec->domid);
	put(w, OWNER_PARENT, path, "%s", back);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", back, keys[i]);
		put(w, OWNER_PARENT, path, "%s", values[i]);
		snprintf(path, sizeof(path), "/libxl/%u/device/console/0/%s", spec->domid, keys[i]);
		put(w, OWNER_PARENT, path, "%s", values[i]);
	}
}

static void put_libxl(struct writer *w, const struct nodes_spec *spec)
{
	char path[64];

	snprintf(path, sizeof(path), "/libxl/%u/type", spec->domid);
	put(w, OWNER_PARENT, path, "%s", spec->type);
	snprintf(path, sizeof(path), "/libxl/%u/dm-version", spec->domid);
	put(w, OWNER_PARENT, path, "qemu_xen");
}

static int write_all_nodes(struct store *s, store_tx tx, void *arg)
{
	const struct nodes_spec *spec = arg;
	struct writer w = {.s = s, .tx = tx, .domid = spec->domid};
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u", spec->domid);
	w.rc = store_rm(s, tx, path); /* of an earlier domain with this id */
	put_local(&w, OWNER_DOM0_GUEST_READS, "", "%s", "");
	put_vm(&w, spec->uuid, spec->name, spec->start_time);
	put_local(&w, OWNER_PARENT, "/name", "%s", spec->name);
	put_directories(&w);
	put_figures(&w, spec);
	put_libxl(&w, spec);
	put_console(&w, spec);
	return w.rc;
}

int nodes_write(struct store *s, const struct nodes_spec *spec)
{
	int rc = store_transaction(s, write_all_nodes, (void *)spec);

	return rc ? rc : store_introduce(s, spec->domid, spec->store_gfn, spec->store_port);
}

static int read_kib(struct store *s, uint32_t domid, const char *which, uint64_t *kib)
{
	char *text, *end;
	int rc = store_readf(s, XBT_NULL, &text, "/local/domain/%u/memory/%s", domid, which);

	if (rc)
		return rc;
	errno = 0;
	*kib = strtoull(text, &end, 10);
	rc = errno || end == text || *end || *text == '-' ? -EINVAL : 0;
	free(text);
	return rc;
}

int nodes_memory(struct store *s, uint32_t domid, uint64_t *target_kib, uint64_t *max_kib)
{
	uint64_t target, max;
	int rc = read_kib(s, domid, "target", &target);

	if (!rc)
		rc = read_kib(s, domid, "static-max", &max);
	if (rc)
		return rc;
	*target_kib = target;
	*max_kib = max;
	return 0;
}

struct memory_nodes {
	uint32_t domid;
	const char *uuid;
	unsigned long long target_kib, max_kib;
};

static int write_memory(struct store *s, store_tx tx, void *arg)
{
	const struct memory_nodes *m = arg;
	struct writer w = {.s = s, .tx = tx, .domid = m->domid};
	char path[96];

	put_local(&w, OWNER_PARENT, "/memory/static-max", "%llu", m->max_kib);
	put_local(&w, OWNER_PARENT, "/memory/target", "%llu", m->target_kib);
	snprintf(path, sizeof(path), "/vm/%s/memory", m->uuid);
	put(&w, OWNER_PARENT, path, "%llu", m->target_kib >> 10); /* MiB */
	return w.rc;
}

int nodes_set_memory(struct store *s, uint32_t domid, const char *uuid, uint64_t target_kib,
		     uint64_t max_kib)
{
	struct memory_nodes m = {domid, uuid, target_kib, max_kib};

	return store_transaction(s, write_memory, &m);
}

int nodes_remove(struct store *s, uint32_t domid, const char *uuid)
{
	char paths[4][96];
	int rc = 0, one, i;

	snprintf(paths[0], sizeof(paths[0]), "/local/domain/%u", domid);
	snprintf(paths[1], sizeof(paths[1]), "/libxl/%u", domid);
	snprintf(paths[2], sizeof(paths[2]), "/local/domain/0/backend/console/%u", domid);
	snprintf(paths[3], sizeof(paths[3]), "/vm/%s", uuid ? uuid : "");
	for (i = 0; i < (uuid ? 4 : 3); i++) {
		one = store_rm(s, XBT_NULL, paths[i]);
		rc = rc ? rc : one;
	}
	return rc;
}

struct rename {
	uint32_t domid;
	const char *uuid, *old_uuid, *name;
	double start_time;
};

static int rename_nodes(struct store *s, store_tx tx, void *arg)
{
	const struct rename *r = arg;
	struct writer w = {.s = s, .tx = tx, .domid = r->domid};
	char path[96];

	put_local(&w, OWNER_PARENT, "/name", "%s", r->name);
	snprintf(path, sizeof(path), "/vm/%s/name", r->uuid);
	put(&w, OWNER_PARENT, path, "%s", r->name);
	return w.rc;
}

int nodes_rename(struct store *s, uint32_t domid, const char *uuid, const char *name)
{
	struct rename r = {.domid = domid, .uuid = uuid, .name = name};

	return store_transaction(s, rename_nodes, &r);
}

static int move_vm(struct store *s, store_tx tx, void *arg)
{
	const struct rename *r = arg;
	struct writer w = {.s = s, .tx = tx, .domid = r->domid};
	char path[96];

	snprintf(path, sizeof(path), "/vm/%s", r->old_uuid);
	w.rc = store_rm(s, tx, path);
	put_vm(&w, r->uuid, r->name, r->start_time);
	put_local(&w, OWNER_PARENT, "/name", "%s", r->name);
	return w.rc;
}

int nodes_change_uuid(struct store *s, uint32_t domid, const char *old_uuid, const char *uuid,
		      const char *name, double start_time)
{
	struct rename r = {.domid = domid,
			   .uuid = uuid,
			   .old_uuid = old_uuid,
			   .name = name,
			   .start_time = start_time};

	return store_transaction(s, move_vm, &r);
}

static int write_dom0(struct store *s, store_tx tx, void *arg)
{
	const struct domain *dom0 = arg;
	struct writer w = {.s = s, .tx = tx};
	unsigned long long kib = dom0 ? dom0->info.tot_pages * 4 : 0;

	put(&w, OWNER_DOM0, "/local/domain/0/domid", "0");
	put(&w, OWNER_DOM0, "/local/domain/0/name", "Domain-0");
	put(&w, OWNER_DOM0, "/local/domain/0/memory/target", "%llu", kib);
	put(&w, OWNER_DOM0, "/local/domain/0/memory/static-max", "%llu", kib);
	put(&w, OWNER_DOM0, "/local/pool/0/name", "Pool-0");
	put(&w, OWNER_DOM0, "/vm", "%s", "");
	put(&w, OWNER_DOM0, "/libxl", "%s", "");
	return w.rc;
}

int nodes_dom0(struct store *s, const struct domain *dom0)
{
	bool there;

	there = store_exists(s, XBT_NULL, "/local/domain/0/memory/static-max");
	return there ? 0 : store_transaction(s, write_dom0, (void *)dom0);
}

static void sweep_one(struct store *s, const struct model *m, uint32_t domid)
{
	const char *uuid = NULL;
	char *vm = NULL;

	if (store_readf(s, XBT_NULL, &vm, "/local/domain/%u/vm", domid) == 0 &&
	    strncmp(vm, "/vm/", 4) == 0)
		uuid = vm + 4;
	/* A domain that was started again has the directory of the old one. */
	if (uuid && (strchr(uuid, '/') || model_by_uuid(m, uuid)))
		uuid = NULL;
	nodes_remove(s, domid, uuid);
	free(vm);
}

int nodes_sweep(struct store *s, const struct model *m)
{
	unsigned int nr, i;
	char **names, *end;
	unsigned long domid;
	int rc = store_directory(s, XBT_NULL, "/local/domain", &names, &nr);

	if (rc)
		return rc == -ENOENT ? 0 : rc;
	for (i = 0; i < nr; i++) {
		errno = 0;
		domid = strtoul(names[i], &end, 10);
		if (*end || errno || domid == 0 || domid >= DOMID_FIRST_RESERVED)
			continue;
		if (!model_by_domid(m, (uint32_t)domid))
			sweep_one(s, m, (uint32_t)domid);
	}
	store_free_list(names);
	return 0;
}
