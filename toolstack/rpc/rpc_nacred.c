/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The instance's nacred, wherever that is. */
#include <stdio.h>
#include <string.h>

#include "instance.h"
#include "rpc.h"

struct rpc *rpc_open_nacred(struct rpc_error *error)
{
	char path[108]; /* of sockaddr_un */
	int rc = instance_socket("nacred.sock", path, sizeof(path));

	if (!rc)
		return rpc_open(path, error);
	memset(error, 0, sizeof(*error));
	error->libxl = RPC_ERROR_FAIL;
	snprintf(error->symbol, sizeof(error->symbol), "rpc.unreachable");
	snprintf(error->text, sizeof(error->text), "cannot tell where nacred's socket is: %s",
		 strerror(-rc));
	snprintf(error->hint, sizeof(error->hint), "check $NACRE_INSTANCE and $NACRE_RUNTIME_DIR");
	return NULL;
}
