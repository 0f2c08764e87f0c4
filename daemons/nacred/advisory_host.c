/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisory_host.h"

#include <errno.h>
#include <instance.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "advisory_file.h"
#include "ctrl/host.h"
#include "ctrl/livepatch.h"
#include "ctrl/policy.h"
#include "log.h"
#include "nacred.h"
#include "patch.h"
#include "patches.h"

#define PATH_BYTES 512
#define KEPT_BYTES (PATH_BYTES + 120)

/* Names of components. */
#define HYPERVISOR "hypervisor"
#define XENSTORED  "xenstored"

/* Featureset words: CPUID 1.ECX and 0x80000001.ECX
 * (xen/arch-x86/cpufeatureset.h). */
#define WORD_1C	 1
#define WORD_E1C 3

static void kept_dir(const struct nacred *n, char *path, size_t len)
{
	snprintf(path, len, "%s/manifests", n->statedir);
}

static void load_manifests(struct manifests *m, const struct nacred *n)
{
	char path[PATH_BYTES];

	if (instance_library("manifests", path, sizeof(path)) == 0)
		manifests_load(m, path);
	if (instance_config("manifests.d", path, sizeof(path)) == 0)
		manifests_load(m, path);
	kept_dir(n, path, sizeof(path));
	manifests_load(m, path);
}

static int load_features(struct host_facts *f, struct nacred *n, struct rpc_error *e)
{
	uint32_t words[NR_FEATURE_WORDS] = {0};
	struct xen_sysctl_physinfo info;
	int rc = ctrl_host_physinfo(n->ctrl, &info);

	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot read the machine's figures");
	/* Without it the vendor is unknown, and said to be. */
	if (ctrl_policy_featureset(n->ctrl, XEN_SYSCTL_cpu_featureset_host, words))
		memset(words, 0, sizeof(words));
	features_from_host(&f->features, info.capabilities, words[WORD_1C], words[WORD_E1C],
			   info.nr_cpus, info.threads_per_core);
	if (strcmp(f->product, "nacre") == 0) {
		feature_set(&f->features, FEATURE_DEVICE_MODEL, false);
		feature_set(&f->features, FEATURE_PYGRUB, false);
	}
	return 0;
}

/* One more; false: no memory. */
static bool add_patch(struct advisory_host *h, const char *name, enum live_patch_state state,
		      const char *metadata, size_t len)
{
	size_t nr = h->facts.nr_payloads;
	struct live_patch *more = reallocarray(h->payloads, nr + 1, sizeof(*more));

	if (!more)
		return false;
	h->payloads = more;
	h->facts.payloads = more;
	if (!live_patch_read(&more[nr], name, state, metadata, len))
		return false;
	h->facts.nr_payloads++;
	return true;
}

/* The list, if the hypervisor has live patches at all: then it can be read. */
static int load_payloads(struct advisory_host *h, struct nacred *n)
{
	struct ctrl_livepatch_list list;
	int rc = ctrl_livepatch_list(n->ctrl, &list);
	size_t i;

	if (rc == -ENOSYS || rc == -EOPNOTSUPP) {
		h->facts.payloads_known = true; /* there can be none */
		return 0;
	}
	if (rc) {
		log_warning("cannot list the live patches: %s", strerror(-rc));
		return 0;
	}
	for (i = 0; i < list.nr && !rc; i++) {
		const struct ctrl_livepatch *p = &list.payload[i];
		bool applied = p->state == LIVEPATCH_STATE_APPLIED;

		if (!add_patch(h, p->name, applied ? LIVE_PATCH_APPLIED : LIVE_PATCH_LOADED,
			       p->metadata, p->metadata_len))
			rc = -ENOMEM;
	}
	h->facts.payloads_known = !rc;
	ctrl_livepatch_list_free(&list);
	return rc;
}

static bool is_loaded(const struct advisory_host *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->facts.nr_payloads; i++)
		if (strcmp(h->payloads[i].name, name) == 0)
			return true;
	return false;
}

/* Made for the build that runs, and signed as the policy wants it. */
static bool is_usable(const struct nacred *n, const struct patch_file *f)
{
	bool allowed = f->verdict == SIGNATURE_GOOD ||
		       (f->verdict == SIGNATURE_NONE && n->patches->store.allow_unsigned);

	return f->facts && !f->problem[0] && allowed && n->version.build_id[0] &&
	       strcmp(json_string(json_get(f->facts, "xen_depends"), ""), n->version.build_id) == 0;
}

/* The store's payloads that a fix could be made of. */
static int load_stored(struct advisory_host *h, const struct nacred *n)
{
	const struct patch_file *f = n->patches ? n->patches->store.files : NULL;
	int rc = 0;

	for (; f && !rc; f = f->next) {
		size_t len = 0;
		char *text;

		if (is_loaded(h, f->name) || !is_usable(n, f))
			continue;
		text = patch_meta_text(json_get(f->facts, "info"), &len);
		if (!text || !add_patch(h, f->name, LIVE_PATCH_STORED, text, len))
			rc = -ENOMEM;
		free(text);
	}
	return rc;
}

static struct component *add_component(struct advisory_host *h, const char *name)
{
	struct component *c = &h->facts.components[h->facts.nr_components++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	return c;
}

static void find_manifests(struct advisory_host *h, struct component *c)
{
	c->manifest = manifest_find(&h->manifests, c->name, c->build_id);
	c->installed = manifest_find(&h->manifests, c->name, c->installed_id);
}

static void add_hypervisor(struct advisory_host *h, const struct nacred *n)
{
	struct component *c = add_component(h, HYPERVISOR);
	char path[PATH_BYTES];

	snprintf(c->build_id, sizeof(c->build_id), "%s", n->version.build_id);
	if (strcmp(h->facts.product, "nacre") == 0 &&
	    instance_library("nacre.elf", path, sizeof(path)) == 0)
		elf_build_id(path, c->installed_id);
	find_manifests(h, c);
}

/* The program that runs, even when its file has been replaced: the kernel keeps
 * it open behind /proc/PID/exe. */
static void running_id(const struct nacred *n, const char *name, char id[BUILD_ID_TEXT])
{
	char path[PATH_BYTES];
	long pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.pid", n->rundir, name);
	f = fopen(path, "re");
	if (f) {
		char line[32];

		if (fgets(line, sizeof(line), f))
			pid = strtol(line, NULL, 10);
		fclose(f);
	}
	snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
	if (pid > 0)
		elf_build_id(path, id);
}

static void add_daemon(struct advisory_host *h, const struct nacred *n, const char *name)
{
	struct component *c = add_component(h, name);
	char path[PATH_BYTES];

	running_id(n, name, c->build_id);
	if (instance_program(name, path, sizeof(path)) == 0)
		elf_build_id(path, c->installed_id);
	find_manifests(h, c);
}

static bool is_nacre(const struct nacred *n)
{
	return strstr(n->version.extra, "nacre");
}

int advisory_host_open(struct advisory_host *h, struct nacred *n, struct rpc_error *e)
{
	const struct ctrl_version *v = &n->version;
	struct host_facts *f = &h->facts;

	*h = (struct advisory_host){0};
	f->product = is_nacre(n) ? "nacre" : "xen";
	snprintf(f->version_text, sizeof(f->version_text), "%u.%u%s", v->major, v->minor, v->extra);
	xen_version_parse(f->version_text, &f->version);
	load_manifests(&h->manifests, n);
	add_hypervisor(h, n);
	if (is_nacre(n))
		add_daemon(h, n, XENSTORED);
	if (load_features(f, n, e)) {
		advisory_host_close(h);
		return -1;
	}
	if (load_payloads(h, n) || load_stored(h, n)) {
		advisory_host_close(h);
		return fail_memory(e);
	}
	return 0;
}

void advisory_host_close(struct advisory_host *h)
{
	size_t i;

	for (i = 0; i < h->facts.nr_payloads; i++)
		live_patch_free(&h->payloads[i]);
	free(h->payloads);
	manifests_free(&h->manifests);
	*h = (struct advisory_host){0};
}

static bool is_kept(const struct nacred *n, const char *name, const char *build_id,
		    char path[KEPT_BYTES])
{
	char dir[PATH_BYTES];
	struct stat st;

	kept_dir(n, dir, sizeof(dir));
	snprintf(path, KEPT_BYTES, "%s/%s-%s.json", dir, name, build_id);
	return stat(path, &st) == 0;
}

bool advisory_host_is_kept(const struct nacred *n)
{
	char path[KEPT_BYTES], id[BUILD_ID_TEXT] = "";

	if (!is_kept(n, HYPERVISOR, n->version.build_id, path))
		return false;
	if (!is_nacre(n))
		return true;
	running_id(n, XENSTORED, id);
	return is_kept(n, XENSTORED, id, path);
}

static void keep_one(const struct nacred *n, const struct component *c)
{
	char dir[PATH_BYTES], path[KEPT_BYTES];
	int rc;

	if (!c->manifest || is_kept(n, c->name, c->build_id, path))
		return;
	kept_dir(n, dir, sizeof(dir));
	rc = mkdir(dir, 0700) && errno != EEXIST ? -errno : advisory_file_write(path, c->manifest);
	if (rc)
		log_warning("cannot keep the manifest of the running %s: %s", c->name,
			    strerror(-rc));
}

void advisory_host_keep(const struct advisory_host *h, const struct nacred *n)
{
	size_t i;

	for (i = 0; i < h->facts.nr_components; i++)
		keep_one(n, &h->facts.components[i]);
}
