/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Consoles of guests, and the hypervisor's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "libxl_extra.h"
#include "libxl_context.h"

/* How long xenconsole of Xen 4.17 waits for a console to appear is 5 s; xenconsoled may
 * be slower than that where everything is emulated. */
#define CONSOLE_READY_MS 10000

/* Guests have one console, type PV and number 0. */
static int check_console(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid, int num,
			 libxl_console_type type)
{
	if (type == LIBXL_CONSOLE_TYPE_PV && !num)
		return 0;
	libxl__log(ctx, XTL_ERROR, -1, where, domid,
		   "there is no console of type %d, number %d: only the PV console 0", (int)type,
		   num);
	return ERROR_INVAL;
}

static int await_console(libxl_ctx *ctx, uint32_t domid)
{
	struct json *params = libxl__domain_params(domid);

	if (!params || !json_set_string(params, "for", "console") ||
	    !json_set_int(params, "timeout_ms", CONSOLE_READY_MS)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	return libxl__query(ctx, "domain.wait", params, NULL);
}

static int open_console(libxl_ctx *ctx, uint32_t domid, int *fd)
{
	struct rpc_error error;
	int rc = await_console(ctx, domid);

	if (rc)
		return rc;
	rc = libxl__rpc(ctx, LIBXL__READ, "domain.console", libxl__domain_params(domid), RPC_QUICK,
			NULL, fd, &error);
	if (rc)
		libxl__log_refusal(ctx, LIBXL__HERE, domid, &error, NULL);
	if (!rc && *fd < 0) {
		LIBXL__ERROR(ctx, domid, "nacred sent no console");
		rc = ERROR_FAIL;
	}
	return rc;
}

/* As xenconsole does with --notify-fd. */
static bool notify(libxl_ctx *ctx, uint32_t domid, int notify_fd)
{
	static const char connected = 0;

	if (notify_fd < 0)
		return true;
	if (write(notify_fd, &connected, 1) == 1 && !close(notify_fd))
		return true;
	libxl__log(ctx, XTL_ERROR, errno, LIBXL__HERE, domid,
		   "cannot tell that the console is attached");
	return false;
}

int libxl__console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
			int notify_fd, int escape)
{
	int fd = -1, rc;

	if (!domid) { /* the words and the status of xenconsole */
		fputs("Can't specify Domain-0\n", stderr);
		_exit(EINVAL);
	}
	rc = check_console(ctx, LIBXL__HERE, domid, cons_num, type);
	if (!rc)
		rc = open_console(ctx, domid, &fd);
	if (rc)
		return rc;
	if (!notify(ctx, domid, notify_fd)) {
		close(fd);
		return ERROR_FAIL;
	}
	_exit(console_attach(fd, escape));
}

int libxl_console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
		       int notify_fd)
{
	return libxl__console_exec(ctx, domid, cons_num, type, notify_fd, CONSOLE_ESCAPE);
}

int libxl_primary_console_exec(libxl_ctx *ctx, uint32_t domid_vm, int notify_fd)
{
	return libxl_console_exec(ctx, domid_vm, 0, LIBXL_CONSOLE_TYPE_PV, notify_fd);
}

int libxl_console_get_tty(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
			  char **path)
{
	struct json *answer = NULL;
	int rc = check_console(ctx, LIBXL__HERE, domid, cons_num, type);

	if (!rc)
		rc = libxl__query(ctx, "domain.console_tty", libxl__domain_params(domid), &answer);
	if (rc)
		return rc;
	*path = strdup(json_string(json_get(answer, "tty"), ""));
	json_free(answer);
	return *path ? 0 : ERROR_NOMEM;
}

int libxl_primary_console_get_tty(libxl_ctx *ctx, uint32_t domid_vm, char **path)
{
	return libxl_console_get_tty(ctx, domid_vm, 0, LIBXL_CONSOLE_TYPE_PV, path);
}

int libxl_vncviewer_exec(libxl_ctx *ctx, uint32_t domid, int autopass)
{
	LIBXL__ERROR(ctx, domid, "the domain has no graphical console");
	return ERROR_FAIL;
}

/* --- the hypervisor's messages ------------------------------------------------------ */

struct libxl__xen_console_reader {
	struct json *answer;
	const char *next; /* in its text */
	char *line;	  /* what was given last */
};

libxl_xen_console_reader *libxl_xen_console_read_start(libxl_ctx *ctx, int clear)
{
	libxl_xen_console_reader *reader = calloc(1, sizeof(*reader));
	struct json *params = json_new_object();

	if (!reader || !params || !json_set_bool(params, "clear", clear)) {
		json_free(params);
		free(reader);
		return NULL;
	}
	/* A ring that is emptied cannot be read twice. */
	if (libxl__rpc_logged(ctx, LIBXL__HERE, clear ? LIBXL__CHANGE : LIBXL__READ, "host.dmesg",
			      params, &reader->answer, NULL)) {
		free(reader);
		return NULL;
	}
	reader->next = json_string(json_get(reader->answer, "text"), "");
	return reader;
}

int libxl_xen_console_read_line(libxl_ctx *ctx, libxl_xen_console_reader *cr, char **line_r)
{
	const char *end = strchr(cr->next, '\n');
	size_t len = end ? (size_t)(end + 1 - cr->next) : strlen(cr->next);

	if (!len)
		return 0;
	free(cr->line);
	cr->line = strndup(cr->next, len);
	if (!cr->line)
		return ERROR_NOMEM;
	cr->next += len;
	*line_r = cr->line;
	return 1;
}

void libxl_xen_console_read_finish(libxl_ctx *ctx, libxl_xen_console_reader *cr)
{
	if (!cr)
		return;
	json_free(cr->answer);
	free(cr->line);
	free(cr);
}
