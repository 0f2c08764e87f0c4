/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What nacred knows of advisories and of what runs; the hypervisor is a few lines here. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisories.h"
#include "advisory_host.h"
#include "advisory_set.h"
#include "ctrl/livepatch.h"
#include "ctrl/policy.h"
#include "nacred.h"
#include "patches.h"

static struct nacred n;
static char dir[80];

/* --- the hypervisor --------------------------------------------------------------- */

static int list_rc;
static uint32_t list_state = LIVEPATCH_STATE_APPLIED;

int __wrap_ctrl_livepatch_list(struct ctrl *ctrl, struct ctrl_livepatch_list *list);
int __wrap_ctrl_livepatch_list(struct ctrl *ctrl, struct ctrl_livepatch_list *list)
{
	static const char metadata[] = "advisory=XSA-9001\0cve=CVE-2033-0001";

	*list = (struct ctrl_livepatch_list){.nr = 1};
	if (list_rc)
		return list_rc;
	list->payload = calloc(1, sizeof(*list->payload));
	strcpy(list->payload->name, "hot");
	list->payload->state = list_state;
	list->payload->metadata = metadata;
	list->payload->metadata_len = sizeof(metadata);
	return 0;
}

int __wrap_ctrl_host_physinfo(struct ctrl *ctrl, struct xen_sysctl_physinfo *info);
int __wrap_ctrl_host_physinfo(struct ctrl *ctrl, struct xen_sysctl_physinfo *info)
{
	*info = (struct xen_sysctl_physinfo){.capabilities = XEN_SYSCTL_PHYSCAP_hvm, .nr_cpus = 1};
	return 0;
}

int __wrap_ctrl_policy_featureset(struct ctrl *ctrl, uint32_t index, uint32_t *words);
int __wrap_ctrl_policy_featureset(struct ctrl *ctrl, uint32_t index, uint32_t *words)
{
	return -EOPNOTSUPP;
}

/* --- the files -------------------------------------------------------------------- */

#define BUILD "0123456789abcdef0123456789abcdef01234567"

static const char *path_of(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0, "%s", name);
}

static void make(const char *name)
{
	cr_assert_eq(mkdir(path_of(name), 0700), 0);
}

static void start(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/advisories.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	make("config");
	make("config/advisories.d");
	make("config/manifests.d");
	make("nacred");
	setenv("NACRE_CONFIG_DIR", path_of("config"), 1);
	setenv("NACRE_STATE_DIR", path_of("state"), 1);
	snprintf(n.rundir, sizeof(n.rundir), "%s", dir);
	snprintf(n.statedir, sizeof(n.statedir), "%s", path_of("nacred"));
	n.version.major = 4;
	n.version.minor = 17;
	strcpy(n.version.extra, "-nacre");
	strcpy(n.version.build_id, BUILD);
	put("config/manifests.d/this.json",
	    "{\"format\":1,\"component\":\"hypervisor\",\"build_id\":\"" BUILD "\",\"fixes\":["
	    "\"XSA-9000\"]}");
	cr_assert_eq(advisories_start(&n), 0);
}

static void stop(void)
{
	char command[100];

	advisories_stop(&n);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(advisories, .init = start, .fini = stop);

#define RECORD(id, rest)                                                                           \
	"{\"format\":1,\"id\":\"" id "\"," rest                                                    \
	"\"evidence\":[\"t\"],\"products\":{\"nacre\":{\"status\":\"affected\"}}}"
#define SECRET "\"disclosure\":\"2033-01-01\",\"neutral_name\":\"plain\","

static const char *member_of(const char *id, bool privileged, const char *member)
{
	static char text[64];
	struct json *ids = json_new_array(), *report;
	struct rpc_error e;

	json_append(ids, json_new_string(id));
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	report = advisories_report(&n, privileged, ids, &e);
	cr_assert_not_null(report, "%s", e.message);
	snprintf(text, sizeof(text), "%s",
		 json_string(json_get(json_get(report, "advisories")->items[0], member), ""));
	json_free(report);
	json_free(ids);
	return text;
}

static const char *status_of(const char *id, bool privileged)
{
	return member_of(id, privileged, "status");
}

static const char *action_of(const char *id)
{
	return member_of(id, true, "action");
}

/* --- what runs -------------------------------------------------------------------- */

Test(advisories, what_runs)
{
	struct advisory_host h;
	struct rpc_error e;

	cr_assert_eq(advisory_host_open(&h, &n, &e), 0);
	cr_assert_str_eq(h.facts.product, "nacre");
	cr_assert_str_eq(host_component(&h.facts, "hypervisor")->build_id, BUILD);
	cr_assert_not_null(host_component(&h.facts, "hypervisor")->manifest);
	cr_assert_str_eq(host_component(&h.facts, "xenstored")->build_id, "", "no pid file");
	cr_assert_eq(feature_get(&h.facts.features, FEATURE_GUEST_PVH), TRI_YES);
	cr_assert_eq(feature_get(&h.facts.features, FEATURE_VENDOR_AMD), TRI_UNKNOWN);
	cr_assert_eq(feature_get(&h.facts.features, FEATURE_DEVICE_MODEL), TRI_NO);
	cr_assert_eq(h.facts.nr_payloads, 1);
	cr_assert(h.facts.payloads_known);
	advisory_host_close(&h);
	strcpy(n.version.extra, ".7");
	cr_assert_eq(advisory_host_open(&h, &n, &e), 0);
	cr_assert_str_eq(h.facts.product, "xen");
	cr_assert_str_eq(h.facts.version_text, "4.17.7");
	cr_assert_null(host_component(&h.facts, "xenstored"));
	cr_assert_eq(feature_get(&h.facts.features, FEATURE_DEVICE_MODEL), TRI_UNKNOWN);
	advisory_host_close(&h);
}

/* The process that runs counts, not the file that lies at its place. */
Test(advisories, running_daemon)
{
	char id[BUILD_ID_TEXT], pid[32];
	struct advisory_host h;
	struct rpc_error e;

	snprintf(pid, sizeof(pid), "%d 12345\n", (int)getpid());
	put("xenstored.pid", pid);
	cr_assert_eq(elf_build_id("/proc/self/exe", id), 0);
	cr_assert_eq(advisory_host_open(&h, &n, &e), 0);
	cr_assert_str_eq(host_component(&h.facts, "xenstored")->build_id, id);
	advisory_host_close(&h);
}

Test(advisories, lists_of_live_patches)
{
	put("config/advisories.d/a.json", RECORD("XSA-9001", ""));
	cr_assert_str_eq(status_of("XSA-9001", true), "fixed_by_livepatch");
	list_state = LIVEPATCH_STATE_CHECKED;
	cr_assert_str_eq(status_of("XSA-9001", true), "affected");
	list_rc = -ENOSYS; /* a hypervisor without live patches has none */
	cr_assert_str_eq(status_of("XSA-9001", true), "affected");
	list_rc = -EACCES;
	cr_assert_str_eq(status_of("XSA-9001", true), "unknown");
}

/* What the store keeps is a fix if it is for this build and may be applied. */
Test(advisories, stored_live_patches)
{
	static const struct {
		enum signature_verdict verdict;
		bool allow_unsigned;
		const char *build, *problem, *action;
	} table[] = {
		{SIGNATURE_GOOD, false, BUILD, "", "apply"},
		{SIGNATURE_NONE, true, BUILD, "", "apply"},
		{SIGNATURE_NONE, false, BUILD, "", "none"},
		{SIGNATURE_BAD, true, BUILD, "", "none"},
		{SIGNATURE_UNKNOWN_KEY, true, BUILD, "", "none"},
		{SIGNATURE_GOOD, false, "ffffffffffffffff", "", "none"},
		{SIGNATURE_GOOD, false, BUILD, "another payload of this name", "none"},
	};
	struct patch_file file = {.name = "kept"};
	struct patches patches = {.store.files = &file};
	char text[200];
	size_t i;

	put("config/advisories.d/a.json", RECORD("XSA-9005", ""));
	n.patches = &patches;
	cr_assert_str_eq(action_of("XSA-9005"), "none", "not looked at yet");
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(text, sizeof(text),
			 "{\"xen_depends\":\"%s\",\"info\":[[\"advisory\",\"XSA-9005\"]]}",
			 table[i].build);
		json_free(file.facts);
		file.facts = json_parse(text, strlen(text), NULL, NULL, 0);
		file.verdict = table[i].verdict;
		snprintf(file.problem, sizeof(file.problem), "%s", table[i].problem);
		patches.store.allow_unsigned = table[i].allow_unsigned;
		cr_assert_str_eq(action_of("XSA-9005"), table[i].action, "row %zu", i);
	}
	/* The same payload in the hypervisor is that one. */
	strcpy(file.name, "hot");
	file.verdict = SIGNATURE_GOOD;
	file.problem[0] = '\0';
	cr_assert_str_eq(action_of("XSA-9005"), "none");
	json_free(file.facts);
	n.patches = NULL;
}

/* What the build contains is known as long as this run of the hypervisor lasts. */
Test(advisories, manifest_is_kept)
{
	put("config/advisories.d/a.json", RECORD("XSA-9000", ""));
	cr_assert_str_eq(status_of("XSA-9000", true), "fixed_in_build");
	cr_assert_eq(unlink(path_of("config/manifests.d/this.json")), 0);
	advisories_stop(&n);
	cr_assert_eq(advisories_start(&n), 0);
	cr_assert_str_eq(status_of("XSA-9000", true), "fixed_in_build");
	/* Also that of something that was started after nacred. */
	strcpy(n.version.build_id, "eeeeeeeeeeeeeeee");
	put("config/manifests.d/new.json",
	    "{\"format\":1,\"component\":\"hypervisor\",\"build_id\":"
	    "\"eeeeeeeeeeeeeeee\",\"fixes\":[\"XSA-9000\"]}");
	cr_assert_str_eq(status_of("XSA-9000", true), "fixed_in_build");
	cr_assert_eq(unlink(path_of("config/manifests.d/new.json")), 0);
	cr_assert_str_eq(status_of("XSA-9000", true), "fixed_in_build");
	strcpy(n.version.build_id, "ffffffffffffffff");
	cr_assert_str_eq(status_of("XSA-9000", true), "unknown");
}

/* --- records ---------------------------------------------------------------------- */

Test(advisories, files_count_at_once)
{
	struct rpc_error e;

	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_null(advisory_find(advisories_view(&n, true), "XSA-9002"));
	put("config/advisories.d/a.json", RECORD("XSA-9002", SECRET));
	put("config/advisories.d/b.json", "{");
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_not_null(advisory_find(advisories_view(&n, true), "XSA-9002"));
	cr_assert_null(advisory_find(advisories_view(&n, false), "XSA-9002"));
	cr_assert_eq(advisories_problems(&n)->nr, 1);
	cr_assert_eq(unlink(path_of("config/advisories.d/a.json")), 0);
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_null(advisory_find(advisories_view(&n, true), "XSA-9002"));
}

Test(advisories, public_names)
{
	static const char metadata[] = "advisory=XSA-9002\0";

	cr_assert_str_eq(advisories_public_name(&n, "x", metadata, sizeof(metadata)), "x");
	put("config/advisories.d/a.json", RECORD("XSA-9002", SECRET));
	cr_assert_str_eq(advisories_public_name(&n, "x", metadata, sizeof(metadata)), "plain");
	cr_assert_str_eq(advisories_public_name(&n, "x", NULL, 0), "x");
}

static void refused(const char *path, const char *code, const char *word)
{
	struct rpc_error e = {0};

	cr_assert_null(advisories_import(&n, path, &e));
	cr_assert_str_eq(e.code, code, "%s", e.message);
	cr_assert(strstr(e.message, word), "%s", e.message);
}

Test(advisories, import)
{
	char file[200];
	struct json *v;
	struct rpc_error e;

	cr_assert_eq(advisories_refresh(&n, &e), 0);
	snprintf(file, sizeof(file), "%s", path_of("an odd/../name.json"));
	make("an odd");
	put("name.json", "{\"id\":\"X-1\",\"affected\":[]}");
	v = advisories_import(&n, file, &e);
	cr_assert_not_null(v, "%s", e.message);
	json_free(v);
	cr_assert_eq(access(path_of("state/advisories/osv-name_json.json"), R_OK), 0);
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_not_null(advisory_find(advisories_view(&n, false), "X-1"));
	refused("name.json", "advisory.bad_file", "not absolute");
	refused(path_of("none.json"), "advisory.bad_file", "No such file");
	put("name.json", "{\"id\":\"!\",\"affected\":[]}");
	refused(file, "advisory.bad_file", "is no id");
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_not_null(advisory_find(advisories_view(&n, false), "X-1"), "the old one stays");
}

Test(advisories, import_that_cannot_be_kept)
{
	struct rpc_error e;

	cr_assert_eq(advisories_refresh(&n, &e), 0);
	put("state", "a file in the way");
	put("name.json", "{\"id\":\"X-1\",\"affected\":[]}");
	refused(path_of("name.json"), "daemon.state", "cannot write into");
	cr_assert_eq(advisories_refresh(&n, &e), 0);
	cr_assert_null(advisory_find(advisories_view(&n, true), "X-1"));
}

Test(advisories, results)
{
	struct rpc_error e;

	put("config/advisories.d/a.json", RECORD("XSA-9000", ""));
	cr_assert_eq(advisories_result(&n, "XSA-9000", "t", "FAIL", &e), 0);
	cr_assert_str_eq(status_of("XSA-9000", true), "affected");
	advisories_stop(&n);
	cr_assert_eq(advisories_start(&n), 0);
	cr_assert_str_eq(status_of("XSA-9000", true), "affected");
	/* Of what was in force nothing is known: then nothing was shown. */
	list_rc = -EACCES;
	cr_assert_eq(advisories_result(&n, "XSA-9000", "t", "PASS", &e), -1);
	list_rc = 0;
	cr_assert_str_eq(status_of("XSA-9000", true), "affected");
	list_rc = -ENOSYS;
	cr_assert_str_eq(status_of("XSA-9000", true), "fixed_in_build", "without that live patch");
}
