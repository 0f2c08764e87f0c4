/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "error_table.h"

#include <string.h>

#include "rpc.h"

/* One a line, in the order of the groups below. */
/* clang-format off */
const struct error_entry error_table[] = {
	{"request.parse", RPC_PARSE_ERROR, "The line is no JSON, or is too deep, or a key occurs twice.", NULL},
	{"request.invalid", RPC_INVALID_REQUEST, "It is JSON, but no call.", NULL},
	{"request.too_long", RPC_INVALID_REQUEST, "The line is too long; the connection ends.", NULL},
	{"request.too_many", XL_BUFFERFULL, "Too many calls in a batch, or not answered yet.", "wait for answers"},
	{"request.unknown_method", RPC_METHOD_NOT_FOUND, "There is no such method.", "rpc.discover lists them"},
	{"request.unknown_param", RPC_INVALID_PARAMS, "The method has no such parameter.", NULL},
	{"request.invalid_params", RPC_INVALID_PARAMS, "A parameter is of another type or out of its range.", NULL},
	{"request.forbidden", XL_FAIL, "The caller may not call this, or not by this socket.", NULL},
	{"request.id_reused", XL_INVAL, "The request_id belongs to another call.", "choose another one"},
	{"revision.mismatch", XL_FAIL, "The object has changed since the caller read it.", "read it again and decide anew"},
	{"daemon.state", XL_FAIL, "A file of nacred cannot be written.", NULL},
	{"daemon.no_memory", XL_NOMEM, "nacred is out of memory.", NULL},
	{"daemon.busy", XL_BUFFERFULL, "A bound of nacred's is reached.", "try again later"},
	{"daemon.builder", XL_FAIL, "The process that makes a domain did not start, or ended early.", NULL},
	{"daemon.dump", XL_FAIL, "The process that writes a core did not start.", NULL},
	{"daemon.ends", XL_ABORTED, "nacred is being stopped.", "try again later"},
	{"daemon.bad_result", RPC_INTERNAL_ERROR, "A result is not as its schema says; in tests only.", NULL},
	{"daemon.bad_error", RPC_INTERNAL_ERROR, "An error is not in this table; in tests only.", NULL},
	{"hypervisor.unreachable", XL_FAIL, "The hypervisor does not answer.", NULL},
	{"hypervisor.refused", XL_FAIL, "The hypervisor does not do it; the message has its reason.", NULL},
	{"xenstore.unreachable", XL_FAIL, "xenstored is away.", "it is started again by itself"},
	{"xenstore.refused", XL_FAIL, "A node cannot be written.", NULL},
	{"domain.not_found", XL_DOMAIN_NOTFOUND, "There is no such domain.", NULL},
	{"domain.dying", XL_DOMAIN_NOTFOUND, "It is being destroyed.", NULL},
	{"domain.busy", XL_NOT_READY, "It is still being built.", "wait for its job"},
	{"domain.is_dom0", XL_INVAL, "Not possible with domain 0.", NULL},
	{"domain.is_shutdown", XL_FAIL, "It has shut down already.", NULL},
	{"domain.no_pv_control", XL_NOPARAVIRT, "The guest does not listen to such requests.", "destroy it, or end it from within"},
	{"domain.exists", XL_FAIL, "A domain has that name or UUID.", NULL},
	{"domain.bad_name", XL_INVAL, "No domain may be called so.", NULL},
	{"domain.no_record", XL_FAIL, "nacred did not make it, and keeps nothing for it.", NULL},
	{"domain.not_ours", XL_INVAL, "nacred did not make it, and keeps no configuration of it.", NULL},
	{"domain.name_differs", XL_INVAL, "The configuration is of a domain of another name.", "domain.rename changes the name"},
	{"domain.trigger_failed", XL_FAIL, "The guest has no such line or button, or no such vCPU.", NULL},
	{"memory.above_max", XL_INVAL, "The target is above the domain's maximum.", "raise it by memory.set_max"},
	{"memory.below_target", XL_FAIL, "The maximum is below what the domain is asked to have.", "lower it by memory.set_target"},
	{"domain.userdata_full", XL_BUFFERFULL, "Too much is kept beside it.", NULL},
	{"domain.aborted", XL_ABORTED, "It was destroyed, or its job cancelled, while it was made.", NULL},
	{"domain.vanished", XL_FAIL, "Others destroyed it while it was made.", NULL},
	{"console.unavailable", XL_FAIL, "xenconsoled does not hand the console over.", NULL},
	{"config.cpuid", XL_FAIL,
	 "b_info.cpuid asks for what this machine's guests cannot have.", NULL},
	{"config.invalid", XL_INVAL, "A member of the configuration cannot be used; field names it.", NULL},
	{"config.type", XL_INVAL, "The type of guest is not one that is made here.", NULL},
	{"config.no_kernel", XL_INVAL, "The configuration names no kernel.", NULL},
	{"config.unsupported", XL_NI, "A member asks for what is not done here.", NULL},
	{"config.too_many_vcpus", XL_INVAL, "More vCPUs than a domain may have.", NULL},
	{"config.memory_too_small", XL_FAIL, "The image does not fit.", NULL},
	{"config.affinity", XL_FAIL, "A vCPU would have no CPU to run on.", NULL},
	{"config.format", XL_INVAL, "The document is of another format.", "config.save makes one that can be loaded"},
	{"config.conflict", XL_FAIL, "The document does not fit what is there; field names the member.", "config.save shows what there is"},
	{"image.refused", XL_FAIL, "The kernel or its ramdisk cannot be started.", NULL},
	{"guest.build", XL_FAIL, "Another failure of the build.", NULL},
	{"host.no_memory", XL_NOMEM, "The host has too little memory left.", "xl info free_memory tells how much"},
	{"host.no_parameters", XL_FAIL, "The hypervisor takes parameters at its start only.", NULL},
	{"host.parameter_unknown", XL_FAIL, "It has no such parameter.", NULL},
	{"host.parameter_without_value", XL_INVAL, "A parameter needs a value.", "write name=value"},
	{"sched.weight_out_of_range", XL_INVAL, "A weight is from 1 to 65535.", NULL},
	{"sched.cap_out_of_range", XL_INVAL, "A cap is from 0 to 100 for each vCPU.", NULL},
	{"sched.ratelimit_out_of_range", XL_INVAL, "A rate limit is 0 or from 100 to 500000 microseconds.", NULL},
	{"sched.unknown_parameter", XL_INVAL, "The scheduler of the pool has no such parameter.", NULL},
	{"sched.no_statistics", XL_NI, "The hypervisor is not Nacre, and keeps none.", NULL},
	{"simulate.failed", XL_FAIL, "The simulator ended without an answer.", NULL},
	{"simulate.scheduler", XL_NI, "A pool's scheduler cannot be simulated.", NULL},
	{"simulate.timeout", XL_TIMEDOUT, "The simulation took too long.", NULL},
	{"simulate.too_large", XL_NI, "More domains or vCPUs than a simulation may have.", NULL},
	{"cpupool.not_found", XL_INVAL, "There is no such CPU pool.", NULL},
	{"cpupool.exists", XL_FAIL, "A pool has that name.", NULL},
	{"cpupool.bad_name", XL_INVAL, "No pool may be called so.", NULL},
	{"cpupool.no_scheduler", XL_FAIL, "The hypervisor has no such scheduler.", NULL},
	{"cpupool.has_domains", XL_INVAL, "Domains are in the pool.", "move them first"},
	{"cpupool.no_cpus", XL_FAIL, "The pool has no CPU, or no CPU is free.", NULL},
	{"cpupool.in_use", XL_FAIL, "There are other pools than Pool-0.", NULL},
	{"cpupool.no_cpu", XL_INVAL, "There is no such CPU.", NULL},
	{"cpupool.cpu_busy", XL_FAIL, "The CPU is in a pool, or a vCPU can run nowhere else.", NULL},
	{"cpupool.not_its_cpu", XL_INVAL, "The CPU is not in that pool.", NULL},
	{"cpupool.last_cpu", XL_FAIL, "A pool with domains keeps one CPU, Pool-0 its CPU 0.", NULL},
	{"vcpu.not_found", XL_FAIL, "The domain has no such vCPU.", NULL},
	{"vcpu.unreachable", XL_FAIL, "The vCPU would be left without a CPU to run on.", NULL},
	{"vcpu.count_out_of_range", XL_FAIL, "The domain has not so many vCPUs.", NULL},
	{"advisory.bad_id", XL_INVAL, "That is no advisory's name.", NULL},
	{"advisory.not_found", XL_NOTFOUND, "Nothing is known of it.", NULL},
	{"advisory.bad_file", XL_INVAL, "The file cannot be imported.", NULL},
	{"job.not_found", XL_NOTFOUND, "There is no such job, or it is forgotten.", NULL},
	{"job.ended", XL_FAIL, "It has ended already.", NULL},
	{"job.not_cancellable", XL_FAIL, "It cannot be stopped, or not any more.", NULL},
	{"job.deadline", XL_TIMEDOUT, "The time is over, the job goes on.", "job.wait waits for it"},
	{"job.cancelled", XL_ABORTED, "It was cancelled.", NULL},
	{"patch.not_found", XL_NOTFOUND, "There is no such payload.", NULL},
	{"patch.exists", XL_FAIL, "A payload has that name.", NULL},
	{"patch.bad_name", XL_INVAL, "No payload may be called so.", NULL},
	{"patch.too_many", XL_BUFFERFULL, "No more payloads are kept.", "unload some"},
	{"patch.unsigned", XL_FAIL, "It has no signature, and the policy asks for one.", NULL},
	{"patch.signature", XL_FAIL, "Its signature is not good.", NULL},
	{"patch.refused", XL_INVAL, "It is no payload, or the hypervisor does not take it.", NULL},
	{"patch.too_large", XL_INVAL, "It is larger than the hypervisor takes.", NULL},
	{"patch.wrong_build", XL_INVAL, "It was made for another build of the hypervisor.", NULL},
	{"patch.state", XL_INVAL, "The action does not fit its state.", NULL},
	{"patch.dependency", XL_FAIL, "What it depends on is not applied.", NULL},
	{"patch.not_last", XL_FAIL, "Others were applied later.", "revert those first, or whole"},
	{"patch.hooks", XL_FAIL, "One of its hooks refused.", NULL},
	{"patch.in_use", XL_FAIL, "Another payload needs it.", NULL},
	{"patch.used_data", XL_FAIL, "It has data that was used, and cannot be applied again.", "upload it again"},
	{"patch.busy", XL_LOCK_FAIL, "Another action is under way.", "try again later"},
	{"patch.timeout", XL_TIMEDOUT, "The CPUs did not meet in time; nothing has changed.", "try again, or give more time"},
	{"patch.cancelled", XL_ABORTED, "The job was cancelled; what it had done is taken back.", NULL},
	{"patch.store", XL_FAIL, "The files of payloads cannot be read or written.", NULL},
	{"patch.bad_policy", XL_INVAL, "The policy is not one that can be kept.", NULL},
	{NULL, 0, NULL, NULL},
};
/* clang-format on */

const struct error_entry *error_find(const char *code)
{
	const struct error_entry *entry;

	for (entry = error_table; entry->code; entry++)
		if (strcmp(entry->code, code) == 0)
			return entry;
	return NULL;
}

int error_jsonrpc_number(const struct error_entry *entry)
{
	return entry->number < 0 ? entry->number : -32000 - entry->number;
}

static bool in_group(const char *code, const char *group)
{
	size_t len = strlen(group);

	return strncmp(code, group, len) == 0 && code[len] == '.';
}

/* The groups whose errors come with a parameter, whatever the method. */
static const struct {
	const char *group, *param;
} by_param[] = {
	{"domain", "domain"},  {"domain", "config"},	    {"domain", "changes"},
	{"config", "config"},  {"image", "config"},	    {"guest", "config"},
	{"host", "config"},    {"sched", "config"},	    {"cpupool", "pool"},
	{"cpupool", "config"}, {"revision", "if_revision"},
};

bool error_concerns(const struct error_entry *entry, const struct method *m)
{
	const char *code = entry->code;
	size_t i, len = strcspn(m->name, ".");

	if (strcmp(code, "request.id_reused") == 0)
		return m->class != METHOD_READ && !m->no_batch;
	if (strcmp(code, "job.deadline") == 0 || strcmp(code, "job.cancelled") == 0)
		return schema_find(m->params, "async");
	if (in_group(code, "request") || in_group(code, "daemon") || in_group(code, "hypervisor"))
		return true;
	if (in_group(code, "xenstore"))
		return m->class != METHOD_READ;
	if (in_group(code, "simulate"))
		return strcmp(m->name, "sched.simulate") == 0;
	/* It does what other methods do one by one. */
	if (strcmp(m->name, "config.load") == 0 &&
	    (in_group(code, "patch") || in_group(code, "vcpu")))
		return true;
	if (in_group(code, "console"))
		return strcmp(m->name, "domain.console") == 0;
	for (i = 0; i < sizeof(by_param) / sizeof(by_param[0]); i++)
		if (in_group(code, by_param[i].group) && schema_find(m->params, by_param[i].param))
			return true;
	return strcmp(m->name, "metrics") != 0 && strncmp(code, m->name, len) == 0 &&
	       code[len] == '.';
}
