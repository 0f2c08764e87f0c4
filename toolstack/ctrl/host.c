/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger than any ring a hypervisor was configured with so far. */
#define CONSOLE_MAX (16u << 20)

int ctrl_host_physinfo(struct ctrl *ctrl, struct xen_sysctl_physinfo *info)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo};
	int ret = ctrl_sysctl(ctrl, &op);

	if (!ret)
		*info = op.u.physinfo;
	return ret;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int ctrl_host_cpu_topology(struct ctrl *ctrl, struct xen_sysctl_cputopo *topo, uint32_t *nr)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cputopoinfo};
	struct xen_sysctl_cputopoinfo *info = &op.u.cputopoinfo;
	struct xen_sysctl_cputopo *buf = NULL;
	int ret;

	if (topo && *nr) {
		buf = ctrl_buffer_alloc(ctrl, *nr * sizeof(*buf));
		if (!buf)
			return -ENOMEM;
		info->num_cpus = *nr;
		set_xen_guest_handle(info->cputopo, buf);
	}
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret && buf)
		memcpy(topo, buf, min_u32(*nr, info->num_cpus) * sizeof(*buf));
	if (!ret)
		*nr = info->num_cpus;
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_host_numa(struct ctrl *ctrl, struct xen_sysctl_meminfo *mem, uint32_t *distance,
		   uint32_t *nr)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_numainfo};
	struct xen_sysctl_numainfo *info = &op.u.numainfo;
	size_t cells = (size_t)*nr * *nr;
	struct xen_sysctl_meminfo *membuf = NULL;
	uint32_t *distbuf = NULL;
	int ret = -ENOMEM;

	if (mem && *nr) {
		membuf = ctrl_buffer_alloc(ctrl, *nr * sizeof(*membuf));
		if (!membuf)
			goto out;
		set_xen_guest_handle(info->meminfo, membuf);
	}
	if (distance && *nr) {
		distbuf = ctrl_buffer_alloc(ctrl, cells * sizeof(*distbuf));
		if (!distbuf)
			goto out;
		set_xen_guest_handle(info->distance, distbuf);
	}
	if (membuf || distbuf)
		info->num_nodes = *nr;
	ret = ctrl_sysctl(ctrl, &op);
	if (ret)
		goto out;
	if (membuf)
		memcpy(mem, membuf, min_u32(*nr, info->num_nodes) * sizeof(*membuf));
	if (distbuf)
		memcpy(distance, distbuf, cells * sizeof(*distbuf));
	*nr = info->num_nodes;
out:
	ctrl_buffer_free(ctrl, membuf);
	ctrl_buffer_free(ctrl, distbuf);
	return ret;
}

int ctrl_host_cpu_idle(struct ctrl *ctrl, uint64_t *idle_ns, uint32_t *nr)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_getcpuinfo};
	struct xen_sysctl_cpuinfo *buf = ctrl_buffer_alloc(ctrl, (*nr ? *nr : 1) * sizeof(*buf));
	int ret;

	if (!buf)
		return -ENOMEM;
	op.u.getcpuinfo.max_cpus = *nr;
	set_xen_guest_handle(op.u.getcpuinfo.info, buf);
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret) {
		*nr = min_u32(*nr, op.u.getcpuinfo.nr_cpus);
		for (uint32_t i = 0; i < *nr; i++)
			idle_ns[i] = buf[i].idletime;
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_host_free_memory(struct ctrl *ctrl, int node, uint64_t *bytes)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_availheap};
	int ret;

	op.u.availheap.node = node;
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret)
		*bytes = op.u.availheap.avail_bytes;
	return ret;
}

static int version_op(struct ctrl *ctrl, unsigned int cmd, void *arg, size_t size)
{
	return ctrl_hypercall(ctrl, __HYPERVISOR_xen_version, cmd, arg, size);
}

/* A string field: the last byte is ours whatever was written. */
static int version_text(struct ctrl *ctrl, unsigned int cmd, char *text, size_t size)
{
	int ret;

	memset(text, 0, size);
	ret = version_op(ctrl, cmd, text, size);
	text[size - 1] = '\0';
	return ret < 0 ? ret : 0;
}

static void version_build_id(struct ctrl *ctrl, struct ctrl_version *version)
{
	struct {
		uint32_t len;
		unsigned char buf[(sizeof(version->build_id) - 1) / 2];
	} id = {.len = sizeof(id.buf)};
	int len = version_op(ctrl, XENVER_build_id, &id, sizeof(id));

	version->build_id[0] = '\0';
	/* Missing in images that were linked without one. */
	for (int i = 0; i < len && i < (int)sizeof(id.buf); i++)
		snprintf(version->build_id + 2 * i, 3, "%02x", id.buf[i]);
}

static int version_compile(struct ctrl *ctrl, struct ctrl_version *version)
{
	struct xen_compile_info info = {0};
	int ret = version_op(ctrl, XENVER_compile_info, &info, sizeof(info));

	snprintf(version->compiler, sizeof(version->compiler), "%.63s", info.compiler);
	snprintf(version->compile_by, sizeof(version->compile_by), "%.15s", info.compile_by);
	snprintf(version->compile_domain, sizeof(version->compile_domain), "%.31s",
		 info.compile_domain);
	snprintf(version->compile_date, sizeof(version->compile_date), "%.31s", info.compile_date);
	return ret < 0 ? ret : 0;
}

int ctrl_host_version(struct ctrl *ctrl, struct ctrl_version *version)
{
	struct xen_platform_parameters platform = {0};
	int ret = version_op(ctrl, XENVER_version, NULL, 0);

	memset(version, 0, sizeof(*version));
	if (ret < 0)
		return ret;
	version->major = (unsigned int)ret >> 16;
	version->minor = (unsigned int)ret & 0xffff;
	ret = version_text(ctrl, XENVER_extraversion, version->extra, sizeof(version->extra));
	if (!ret)
		ret = version_text(ctrl, XENVER_capabilities, version->capabilities,
				   sizeof(version->capabilities));
	if (!ret)
		ret = version_text(ctrl, XENVER_changeset, version->changeset,
				   sizeof(version->changeset));
	if (!ret)
		ret = version_text(ctrl, XENVER_commandline, version->commandline,
				   sizeof(version->commandline));
	if (!ret)
		ret = version_compile(ctrl, version);
	if (!ret)
		ret = version_op(ctrl, XENVER_platform_parameters, &platform, sizeof(platform));
	if (ret < 0)
		return ret;
	version->virt_start = platform.virt_start;
	ret = version_op(ctrl, XENVER_pagesize, NULL, 0);
	if (ret < 0)
		return ret;
	version->page_size = (uint32_t)ret;
	version_build_id(ctrl, version);
	return 0;
}

static int console_op(struct ctrl *ctrl, struct xen_sysctl_readconsole *con, char *buf)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_readconsole};
	uint32_t room = con->count;
	int ret;

	op.u.readconsole = *con;
	set_xen_guest_handle(op.u.readconsole.buffer, buf);
	ret = ctrl_sysctl(ctrl, &op);
	*con = op.u.readconsole;
	return !ret && con->count > room ? -EPROTO : ret;
}

int ctrl_host_console_read(struct ctrl *ctrl, int clear, char **text, size_t *len)
{
	int ret = -ENOBUFS;

	*text = NULL;
	/* A full answer may be a cut one: ask again with more room. */
	for (uint32_t room = 64u << 10; room <= CONSOLE_MAX && ret == -ENOBUFS; room *= 2) {
		struct xen_sysctl_readconsole con = {.count = room};
		char *buf = ctrl_buffer_alloc(ctrl, room);

		if (!buf)
			return -ENOMEM;
		ret = console_op(ctrl, &con, buf);
		if (!ret && con.count == room)
			ret = -ENOBUFS;
		if (!ret) {
			*len = con.count;
			*text = malloc(con.count + 1u);
			if (!*text)
				ret = -ENOMEM;
		}
		if (!ret) {
			memcpy(*text, buf, con.count);
			(*text)[con.count] = '\0';
		}
		ctrl_buffer_free(ctrl, buf);
	}
	if (!ret && clear) {
		struct xen_sysctl_readconsole con = {.clear = 1};
		char *buf = ctrl_buffer_alloc(ctrl, 1);

		ret = buf ? console_op(ctrl, &con, buf) : -ENOMEM;
		ctrl_buffer_free(ctrl, buf);
	}
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

int ctrl_host_console_follow(struct ctrl *ctrl, uint32_t *index, char *text, uint32_t size)
{
	struct xen_sysctl_readconsole con = {.incremental = 1, .index = *index, .count = size};
	char *buf = ctrl_buffer_alloc(ctrl, size);
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = console_op(ctrl, &con, buf);
	if (!ret) {
		memcpy(text, buf, con.count);
		*index = con.index;
		ret = (int)con.count;
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_host_debug_keys(struct ctrl *ctrl, const char *keys)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_debug_keys};
	size_t len = strlen(keys);
	char *buf;
	int ret;

	if (!len)
		return -EINVAL;
	buf = ctrl_buffer_alloc(ctrl, len);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, keys, len);
	set_xen_guest_handle(op.u.debug_keys.keys, buf);
	op.u.debug_keys.nr_keys = (uint32_t)len;
	ret = ctrl_sysctl(ctrl, &op);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}
