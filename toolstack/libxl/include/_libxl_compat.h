/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Functions as they were in older versions, for programs that ask for one with
 * LIBXL_API_VERSION.  Included by libxl.h only, behind the functions of today.
 */
#ifndef LIBXL_COMPAT_H
#define LIBXL_COMPAT_H

/* Dropped in 4.14, where nobody was found to call them; they never did a thing that a
 * program could see. */
#if !defined(LIBXL_API_VERSION) || LIBXL_API_VERSION < 0x041400
static inline void libxl_cpuid_apply_policy(libxl_ctx *ctx, uint32_t domid)
{
	(void)ctx;
	(void)domid;
}

static inline void libxl_cpuid_set(libxl_ctx *ctx, uint32_t domid, libxl_cpuid_policy_list cpuid)
{
	(void)ctx;
	(void)domid;
	(void)cpuid;
}
#endif

#ifdef LIBXL_API_VERSION

/* Errors that checkpointing renamed in 4.7. */
#if LIBXL_API_VERSION >= 0x040500 && LIBXL_API_VERSION < 0x040700
#define ERROR_REMUS_DEVOPS_DOES_NOT_MATCH ERROR_CHECKPOINT_DEVOPS_DOES_NOT_MATCH
#define ERROR_REMUS_DEVICE_NOT_SUPPORTED  ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED
#endif

/* Restoring: without parameters before 4.4, without a descriptor back before 4.7. */
#if LIBXL_API_VERSION < 0x040400
static inline int
libxl_domain_create_restore_0x040200(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
				     int restore_fd, const libxl_asyncop_how *ao_how,
				     const libxl_asyncprogress_how *aop_console_how)
{
	libxl_domain_restore_params defaults;
	int rc;

	libxl_domain_restore_params_init(&defaults);
	rc = libxl_domain_create_restore(ctx, d_config, domid, restore_fd, -1, &defaults, ao_how,
					 aop_console_how);
	libxl_domain_restore_params_dispose(&defaults);
	return rc;
}
#define libxl_domain_create_restore libxl_domain_create_restore_0x040200
#elif LIBXL_API_VERSION < 0x040700
static inline int
libxl_domain_create_restore_0x040400(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
				     int restore_fd, const libxl_domain_restore_params *params,
				     const libxl_asyncop_how *ao_how,
				     const libxl_asyncprogress_how *aop_console_how)
{
	return libxl_domain_create_restore(ctx, d_config, domid, restore_fd, -1, params, ao_how,
					   aop_console_how);
}
#define libxl_domain_create_restore libxl_domain_create_restore_0x040400
#endif

/* Affinity: one map before 4.5. */
#if LIBXL_API_VERSION < 0x040500
#define libxl_set_vcpuaffinity(ctx, domid, vcpuid, map)                                            \
	libxl_set_vcpuaffinity((ctx), (domid), (vcpuid), (map), NULL)
#define libxl_set_vcpuaffinity_all(ctx, domid, max_vcpus, map)                                     \
	libxl_set_vcpuaffinity_all((ctx), (domid), (max_vcpus), (map), NULL)
#endif

/* Memory: 32 bits before 4.8, a build_info in place of a whole configuration before 4.13. */
#if LIBXL_API_VERSION < 0x040800
#define libxl_get_memory_target	 libxl_get_memory_target_0x040700
#define libxl_domain_need_memory libxl_domain_need_memory_0x040700
#define libxl_get_free_memory	 libxl_get_free_memory_0x040700
#elif LIBXL_API_VERSION < 0x041300
#define libxl_domain_need_memory libxl_domain_need_memory_0x041200
#endif

/* Consoles: without a descriptor to be told on before 4.8. */
#if LIBXL_API_VERSION < 0x040800
static inline int libxl_console_exec_0x040700(libxl_ctx *ctx, uint32_t domid, int cons_num,
					      libxl_console_type type)
{
	return libxl_console_exec(ctx, domid, cons_num, type, -1);
}
#define libxl_console_exec libxl_console_exec_0x040700

static inline int libxl_primary_console_exec_0x040700(libxl_ctx *ctx, uint32_t domid_vm)
{
	return libxl_primary_console_exec(ctx, domid_vm, -1);
}
#define libxl_primary_console_exec libxl_primary_console_exec_0x040700
#endif

/* What speaks to a device model became asynchronous in 4.13. */
#if LIBXL_API_VERSION < 0x041300
static inline int libxl_retrieve_domain_configuration_0x041200(libxl_ctx *ctx, uint32_t domid,
							       libxl_domain_config *d_config)
{
	return libxl_retrieve_domain_configuration(ctx, domid, d_config, NULL);
}
#define libxl_retrieve_domain_configuration libxl_retrieve_domain_configuration_0x041200

static inline int libxl_domain_shutdown_0x041200(libxl_ctx *ctx, uint32_t domid)
{
	return libxl_domain_shutdown(ctx, domid, NULL);
}
#define libxl_domain_shutdown libxl_domain_shutdown_0x041200

static inline int libxl_domain_reboot_0x041200(libxl_ctx *ctx, uint32_t domid)
{
	return libxl_domain_reboot(ctx, domid, NULL);
}
#define libxl_domain_reboot libxl_domain_reboot_0x041200

static inline int libxl_domain_pause_0x041200(libxl_ctx *ctx, uint32_t domid)
{
	return libxl_domain_pause(ctx, domid, NULL);
}
#define libxl_domain_pause libxl_domain_pause_0x041200

static inline int libxl_domain_unpause_0x041200(libxl_ctx *ctx, uint32_t domid)
{
	return libxl_domain_unpause(ctx, domid, NULL);
}
#define libxl_domain_unpause libxl_domain_unpause_0x041200

static inline int libxl_set_vcpuonline_0x041200(libxl_ctx *ctx, uint32_t domid,
						libxl_bitmap *cpumap)
{
	return libxl_set_vcpuonline(ctx, domid, cpumap, NULL);
}
#define libxl_set_vcpuonline libxl_set_vcpuonline_0x041200

static inline int libxl_send_trigger_0x041200(libxl_ctx *ctx, uint32_t domid, libxl_trigger trigger,
					      uint32_t vcpuid)
{
	return libxl_send_trigger(ctx, domid, trigger, vcpuid, NULL);
}
#define libxl_send_trigger libxl_send_trigger_0x041200

static inline int libxl_qemu_monitor_command_0x041200(libxl_ctx *ctx, uint32_t domid,
						      const char *command_line, char **output)
{
	return libxl_qemu_monitor_command(ctx, domid, command_line, output, NULL);
}
#define libxl_qemu_monitor_command libxl_qemu_monitor_command_0x041200
#endif

#endif /* LIBXL_API_VERSION */
#endif
