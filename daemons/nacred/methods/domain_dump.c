/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.dump_core: the client gets a stream, so that nacred opens no file for anybody. */
#include "dump.h"
#include "fields.h"
#include "rpc.h"
#include "world.h"

static int dump_core(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	const struct domain *d = world_find_guest(n, params, e);
	int stream;

	if (!d || dump_start(n, d->domid, &stream, e))
		return RPC_FAILED;
	request_reply_fd(rq, world_identity(d), stream);
	return RPC_LATER;
}

static const struct field one_domain[] = {FIELD_DOMAIN, FIELDS_END};

const struct method methods_domain_dump[] = {
	{
		.name = "domain.dump_core",
		.summary = "Its memory and vCPUs as an ELF core, in a stream beside the first byte "
			   "of the answer; it is paused meanwhile",
		.class = METHOD_ADMIN,
		.no_batch = true,
		.params = one_domain,
		.result = fields_identity,
		.handle = dump_core,
	},
	{.name = NULL},
};
