/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.trigger, domain.sysrq: pokes that a guest's kernel answers. */
#include <errno.h>
#include <string.h>

#include "control.h"
#include "ctrl/domain.h"
#include "fields.h"
#include "limits.h"
#include "nacred.h"
#include "rpc.h"
#include "world.h"

/* libxl_trigger's words and the hypervisor's numbers; s3resume is no trigger there. */
static const char *const trigger_words[] = {
	"nmi", "reset", "init", "power", "sleep", "s3resume", NULL,
};
static const uint32_t trigger_numbers[] = {
	XEN_DOMCTL_SENDTRIGGER_NMI,   XEN_DOMCTL_SENDTRIGGER_RESET, XEN_DOMCTL_SENDTRIGGER_INIT,
	XEN_DOMCTL_SENDTRIGGER_POWER, XEN_DOMCTL_SENDTRIGGER_SLEEP,
};
#define NR_TRIGGERS (sizeof(trigger_numbers) / sizeof(trigger_numbers[0]))

static int trigger(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	const char *word = json_string(json_get(params, "trigger"), "");
	uint32_t vcpu = (uint32_t)json_int(json_get(params, "vcpu"), 0);
	const struct domain *d = world_find_guest(n, params, e);
	size_t i = 0;
	int rc;

	if (!d)
		return RPC_FAILED;
	while (strcmp(trigger_words[i], word) != 0)
		i++;
	if (i == NR_TRIGGERS) {
		fail(e, XL_INVAL, "domain.trigger_failed",
		     "Domain %u:Send trigger '%s' failed, rc=-%d", d->domid, word, XL_INVAL);
		return fail_hint(e, "a PVH guest is never in S3");
	}
	rc = ctrl_domain_trigger(n->ctrl, d->domid, vcpu, trigger_numbers[i]);
	if (rc) {
		fail_errno(e, rc, "domain.trigger_failed", "Domain %u:Send trigger '%s' failed",
			   d->domid, word);
		return rc == -ENOSYS ? fail_hint(e, "a PVH guest has no such line; it takes nmi")
				     : RPC_FAILED;
	}
	*result = world_identity(d);
	return RPC_DONE;
}

/* The guest's kernel watches the node and empties it; nothing says whether it does. */
static int sysrq(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	const char *letter = json_string(json_get(params, "letter"), "");
	const struct domain *d = world_find_guest(n, params, e);
	struct store *s = d ? control_open(n, d, e) : NULL;

	if (!s || control_ask(n, s, d, "sysrq", letter, e))
		return RPC_FAILED;
	*result = world_identity(d);
	return RPC_DONE;
}

static const struct field trigger_params[] = {
	FIELD_DOMAIN,
	{.name = "trigger", .type = F_STRING, .choices = trigger_words},
	{.name = "vcpu",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = UINT32_MAX,
	 .summary = "0 when absent"},
	FIELDS_END,
};

static const struct field sysrq_params[] = {
	FIELD_DOMAIN,
	{.name = "letter", .type = F_STRING, .min = 1, .max = 1},
	FIELDS_END,
};

const struct method methods_domain_signal[] = {
	{
		.name = "domain.trigger",
		.summary = "Send an interrupt or press a button of a guest's machine",
		.class = METHOD_OPERATE,
		.params = trigger_params,
		.result = fields_identity,
		.handle = trigger,
	},
	{
		.name = "domain.sysrq",
		.summary = "Ask a Linux guest for what the key SysRq with a letter does",
		.class = METHOD_OPERATE,
		.params = sysrq_params,
		.result = fields_identity,
		.handle = sysrq,
	},
	{.name = NULL},
};
