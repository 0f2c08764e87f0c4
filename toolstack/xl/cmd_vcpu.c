/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* vcpu-list, vcpu-pin, vcpu-set. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "host_cpus.h"
#include "vcpu_list.h"
#include "xl.h"
#include "xl_conf.h"

/* Prints one answer of domain.vcpus and frees it. */
static bool print_reply(struct json *reply, bool json)
{
	const struct json *domains = json_get(reply, "domains");
	bool done = domains;
	size_t i;

	if (json && domains)
		done = xl_print_json(stdout, domains);
	for (i = 0; !json && domains && i < domains->nr; i++)
		vcpu_list_domain(stdout, domains->items[i]);
	json_free(reply);
	return done;
}

/* As in Xen's xl: an unknown name ends it, an unknown number does not. */
static bool list_one(const char *domain, bool json)
{
	struct rpc_error error;
	struct json *reply = xl_try("domain.vcpus", rpc_domain(domain), RPC_QUICK, NULL, &error);

	if (reply)
		return print_reply(reply, json);
	if (error.libxl != RPC_ERROR_DOMAIN_NOTFOUND) {
		xl_complain(&error);
		return false;
	}
	if (!xl_is_number(domain))
		return !xl_told_unknown(domain, &error);
	fflush(stdout);
	fprintf(stderr, "libxl: error: Domain %s:Getting infolist: No such file or directory\n",
		domain);
	return true;
}

int cmd_vcpu_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool json = false;

	while (xl_option(verb, argc, argv, "h", options) >= 0)
		json = true;
	if (!json && !argv[optind]) {
		struct json *all = xl_call("domain.vcpus", NULL, RPC_QUICK);

		if (!all)
			return EXIT_FAILURE;
		vcpu_list_header(stdout);
		return print_reply(all, false) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (!argv[optind])
		return print_reply(xl_call("domain.vcpus", NULL, RPC_QUICK), true) ? EXIT_SUCCESS
										   : EXIT_FAILURE;
	if (!json)
		vcpu_list_header(stdout);
	for (; argv[optind]; optind++)
		if (!list_one(argv[optind], json))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

/* --- vcpu-pin --------------------------------------------------------------------------- */

/* The domain of an argument. */
struct target {
	int64_t domid;
	size_t nr_vcpus, online;
	bool there;
};

static void read_target(struct target *t, const struct json *domain)
{
	const struct json *vcpus = json_get(domain, "vcpus");
	size_t i;

	t->there = true;
	t->domid = json_int(json_get(domain, "domid"), -1);
	t->nr_vcpus = vcpus ? vcpus->nr : 0;
	for (i = 0; i < t->nr_vcpus; i++)
		t->online += json_bool(json_get(vcpus->items[i], "online"), false);
}

/* False after a message.  A number is taken as it is: that there is no such domain is
 * told later, in the words of whoever needs it. */
static bool find_target(const char *domain, struct target *t)
{
	struct rpc_error error;
	struct json *reply = xl_try("domain.vcpus", rpc_domain(domain), RPC_QUICK, NULL, &error);
	const struct json *list = json_get(reply, "domains");

	memset(t, 0, sizeof(*t));
	if (list && list->nr)
		read_target(t, list->items[0]);
	json_free(reply);
	if (reply)
		return true;
	t->domid = xl_is_number(domain) ? strtol(domain, NULL, 10) : -1;
	if (error.libxl == RPC_ERROR_DOMAIN_NOTFOUND && t->domid >= 0)
		return true;
	if (!xl_told_unknown(domain, &error))
		xl_complain(&error);
	return false;
}

struct pin {
	struct target target;
	long vcpu; /* -1: all */
	bool force, has_hard, has_soft;
	struct cpumap hard, soft;
};

/* A number and nothing else, where Xen's xl lets words follow it. */
static bool read_number(const char *text, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(text, &end, 10);
	return isdigit((unsigned char)text[0]) && !*end && !errno;
}

/* False after a message. */
static bool read_vcpu(const char *text, struct pin *pin)
{
	if (read_number(text, &pin->vcpu) && pin->vcpu <= INT_MAX)
		return true;
	pin->vcpu = -1;
	if (strcmp(text, "all") != 0)
		fprintf(stderr, "Error: Invalid argument %s as VCPU.\n", xl_safe(text));
	else if (pin->force)
		fputs("Error: --force and 'all' as VCPU not allowed.\n", stderr);
	else
		return true;
	return false;
}

/* "-" leaves that affinity as it is. */
static bool read_set(const char *text, const struct cpumap_host *host, bool *has,
		     struct cpumap *map)
{
	*has = text && strcmp(text, "-") != 0;
	return !*has || !cpumap_parse(text, host, map, stderr);
}

/* As `vcpu-list' shows a set, of the CPUs that exist. */
static void print_set(const struct cpumap *map, unsigned int nr_cpus)
{
	struct json *list = json_new_array();
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++)
		if (cpumap_test(map, cpu))
			json_append(list, json_new_int(cpu));
	if (list && list->nr == nr_cpus)
		fputs("all", stdout);
	else
		xl_print_cpus(stdout, list);
	json_free(list);
}

static int print_pin(const struct pin *pin, unsigned int nr_cpus)
{
	fputs("cpumap: ", stdout);
	if (pin->has_hard)
		print_set(&pin->hard, nr_cpus);
	else
		putchar('-');
	if (pin->has_soft) {
		putchar(' ');
		print_set(&pin->soft, nr_cpus);
	}
	putchar('\n');
	return EXIT_SUCCESS;
}

static struct json *pin_params(const struct pin *pin)
{
	struct json *params = json_new_object();
	bool good = params && json_set_int(params, "domain", pin->target.domid) &&
		    json_set_bool(params, "force", pin->force);

	if (good && pin->vcpu >= 0)
		good = json_set_int(params, "vcpu", pin->vcpu);
	if (good && pin->has_hard)
		good = json_set(params, "hard", cpumap_to_json(&pin->hard));
	if (good && pin->has_soft)
		good = json_set(params, "soft", cpumap_to_json(&pin->soft));
	if (good)
		return params;
	json_free(params);
	return NULL;
}

/* What libxl says of a soft affinity that comes to nothing. */
static void warn_soft(const struct json *reply)
{
	const struct json *vcpus = json_get(reply, "no_effective_soft");
	size_t i;

	for (i = 0; vcpus && i < vcpus->nr; i++)
		fprintf(stderr,
			"libxl: warning: Domain %lld:All cpus in soft affinity of vcpu %lld are "
			"unreachable. Only hard affinity will be considered for scheduling\n",
			(long long)json_int(json_get(reply, "domid"), -1),
			(long long)json_int(vcpus->items[i], -1));
}

/* Xen's xl sets the affinity of all vCPUs one by one, says of each that it failed, and
 * takes that for a success. */
static int told_failure(const struct pin *pin, const struct rpc_error *error)
{
	size_t i;

	if (pin->vcpu >= 0) {
		if (error)
			xl_complain(error);
		fprintf(stderr, "Could not set affinity for vcpu `%ld'.\n", pin->vcpu);
		return EXIT_FAILURE;
	}
	for (i = 0; i < pin->target.nr_vcpus; i++) {
		if (error)
			xl_complain(error);
		fprintf(stderr, "libxl: warning: Domain %lld:Failed to set affinity for %zu\n",
			(long long)pin->target.domid, i);
	}
	fputs("Could not set affinity.\n", stderr);
	return EXIT_SUCCESS;
}

static int set_pin(const struct pin *pin)
{
	struct rpc_error error;
	struct json *reply;

	if (!pin->has_hard && !pin->has_soft && !pin->force)
		return told_failure(pin, NULL);
	reply = xl_try("vcpu.affinity.set", pin_params(pin), RPC_QUICK, NULL, &error);
	if (!reply)
		return told_failure(pin, &error);
	warn_soft(reply);
	json_free(reply);
	return EXIT_SUCCESS;
}

/* xl.conf's masks of CPUs that guests may run on at all. */
static void apply_masks(struct pin *pin, const struct cpumap_host *host)
{
	const struct config_defaults *conf = xl_conf_defaults();
	const char *const masks[] = {conf->vm_cpumask, conf->hvm_cpumask};
	struct cpumap mask;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!masks[i])
			continue;
		/* What is wrong in it is told, and the rest of it left out, as in xl. */
		cpumap_parse(masks[i], host, &mask, stderr);
		cpumap_and(&pin->hard, &mask);
	}
}

int cmd_vcpu_pin(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"force", no_argument, NULL, 'f'},
		{"ignore-global-affinity-masks", no_argument, NULL, 'i'},
		XL_OPTION_END,
	};
	struct cpumap_host host;
	struct pin pin = {.force = false};
	bool masks = true;
	int letter;

	/* '+': what follows the domain are no options, even -1. */
	while ((letter = xl_option(verb, argc, argv, "+hf", options)) >= 0) {
		pin.force |= letter == 'f';
		masks &= letter != 'i';
	}
	if (!find_target(argv[optind], &pin.target) || !read_vcpu(argv[optind + 1], &pin) ||
	    !host_cpus(&host) || !read_set(argv[optind + 2], &host, &pin.has_hard, &pin.hard) ||
	    (argv[optind + 2] && !read_set(argv[optind + 3], &host, &pin.has_soft, &pin.soft)))
		return EXIT_FAILURE;
	if (masks && pin.has_hard)
		apply_masks(&pin, &host);
	if (xl.dryrun)
		return print_pin(&pin, host.nr_cpus);
	if (pin.target.there && (!pin.has_hard || !cpumap_is_empty(&pin.hard)))
		return set_pin(&pin);
	fputs(pin.target.there ? "vcpu hard affinity map is empty\n"
			       : "Could not get domain info\n",
	      stderr);
	return EXIT_FAILURE;
}

/* --- vcpu-set --------------------------------------------------------------------------- */

/* More than the machine has, and more than it uses: an accident, unless -i says not. */
static bool fits_host(const struct target *t, long count)
{
	struct cpumap_host host;

	if (!t->there || !host_cpus(&host))
		return false;
	if (count <= (long)t->online || count <= (long)host.nr_cpus)
		return true;
	fprintf(stderr,
		"You are overcommmitting! You have %u physical CPUs and want %ld vCPUs! Aborting, "
		"use --ignore-host to continue\n",
		host.nr_cpus, count);
	return false;
}

static int set_count(const struct target *t, long count)
{
	struct json *params = json_new_object(), *reply;
	struct rpc_error error;

	json_set_int(params, "domain", t->domid);
	json_set_int(params, "count", count);
	reply = xl_try("vcpu.set", params, RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (error.libxl == RPC_ERROR_DOMAIN_NOTFOUND) {
		fprintf(stderr,
			"libxl: error: Domain %lld:Getting domain info list: No such file or "
			"directory\nDomain %lld does not exist.\n",
			(long long)t->domid, (long long)t->domid);
		return EXIT_FAILURE;
	}
	xl_complain(&error);
	fprintf(stderr, "libxl_set_vcpuonline failed domid=%lld max_vcpus=%ld, rc: -%d\n",
		(long long)t->domid, count, error.libxl);
	return EXIT_FAILURE;
}

int cmd_vcpu_set(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"ignore-host", no_argument, NULL, 'i'},
		XL_OPTION_END,
	};
	bool check_host = true;
	struct target target;
	long count;

	while (xl_option(verb, argc, argv, "+hi", options) >= 0)
		check_host = false;
	if (!find_target(argv[optind], &target))
		return EXIT_FAILURE;
	if (!read_number(argv[optind + 1], &count)) {
		fputs("Error: Invalid argument.\n", stderr);
		return EXIT_FAILURE;
	}
	if (check_host && !fits_host(&target, count))
		return EXIT_FAILURE;
	return set_count(&target, count);
}
