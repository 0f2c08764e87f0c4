/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Domains: their life, memory, consoles, vCPUs, scheduling and notes kept about them.
 * Included by libxl.h only.
 *
 * Unless a comment says otherwise a function gives 0, or a negative libxl_error after
 * a message to the context's logger; *_memkb and *_kb are KiB; @domid names a domain
 * that exists, else ERROR_DOMAIN_NOTFOUND or ERROR_INVAL.  A function with @ao_how
 * NULL returns when the work is done; else it returns at once and the outcome is told
 * as libxl_asyncop_how says.  Memory that a function gives away is from malloc.
 */
#ifndef LIBXL_DOMAIN_H
#define LIBXL_DOMAIN_H

/* Neither is ever a domain: "no domain", and "a domid as the hypervisor likes, but no
 * domid that was in use lately" for libxl_domain_create_info.domid. */
#define INVALID_DOMID ~0
#define RANDOM_DOMID  (INVALID_DOMID - 1)

/* @domid_out is set as soon as there is a domain, also when a later step fails; after
 * ERROR_ABORTED the domain may or may not be there.  @aop_console_how is told when the
 * console can be connected to. @d_config is completed with what was chosen. */
int libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
			    const libxl_asyncop_how *ao_how,
			    const libxl_asyncprogress_how *aop_console_how);
int libxl_domain_create_restore(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
				int restore_fd, int send_back_fd,
				const libxl_domain_restore_params *params,
				const libxl_asyncop_how *ao_how,
				const libxl_asyncprogress_how *aop_console_how);
int libxl_domain_soft_reset(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t domid,
			    const libxl_asyncop_how *ao_how,
			    const libxl_asyncprogress_how *aop_console_how);

/* Those of the type, declared here as well for old programs. */
void libxl_domain_config_init(libxl_domain_config *d_config);
void libxl_domain_config_dispose(libxl_domain_config *d_config);

/* The configuration that would make this domain again, with what changed since. */
int libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
					libxl_domain_config *d_config,
					const libxl_asyncop_how *ao_how);

#define LIBXL_SUSPEND_DEBUG 1
#define LIBXL_SUSPEND_LIVE  2
int libxl_domain_suspend(libxl_ctx *ctx, uint32_t domid, int fd, int flags,
			 const libxl_asyncop_how *ao_how);
int libxl_domain_suspend_only(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_resume(libxl_ctx *ctx, uint32_t domid, int suspend_cancel,
			const libxl_asyncop_how *ao_how);
int libxl_domain_remus_start(libxl_ctx *ctx, libxl_domain_remus_info *info, uint32_t domid,
			     int send_fd, int recv_fd, const libxl_asyncop_how *ao_how);

/* Shutdown and reboot ask the guest and return; nobody waits for the guest to obey. */
int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_preserve(libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
			  const char *name_suffix, libxl_uuid new_uuid);
int libxl_domain_rename(libxl_ctx *ctx, uint32_t domid, const char *old_name, const char *new_name);
int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_core_dump(libxl_ctx *ctx, uint32_t domid, const char *filename,
			   const libxl_asyncop_how *ao_how);

/*
 * Memory.  With @relative @target_memkb is added to the target; with @enforce the
 * maximum follows the target.  The functions with a version in their names are what
 * programs with an older LIBXL_API_VERSION reach under the plain name.
 */
int libxl_domain_setmaxmem(libxl_ctx *ctx, uint32_t domid, uint64_t target_memkb);
int libxl_set_memory_target(libxl_ctx *ctx, uint32_t domid, int64_t target_memkb, int relative,
			    int enforce);
int libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target);
int libxl_get_memory_target_0x040700(libxl_ctx *ctx, uint32_t domid, uint32_t *out_target);
int libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
			     uint32_t domid_for_logging, uint64_t *need_memkb);
int libxl_domain_need_memory_0x041200(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
				      uint64_t *need_memkb);
int libxl_domain_need_memory_0x040700(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
				      uint32_t *need_memkb);
int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb);
int libxl_get_free_memory_0x040700(libxl_ctx *ctx, uint32_t *memkb);
int libxl_wait_for_free_memory(libxl_ctx *ctx, uint32_t domid, uint64_t memory_kb, int wait_secs);
int libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs);

/* The viewer and the console client replace the calling process; they return only
 * with an error.  Unless it is -1, @notify_fd gets one byte when the client is ready. */
int libxl_vncviewer_exec(libxl_ctx *ctx, uint32_t domid, int autopass);
int libxl_console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
		       int notify_fd);
int libxl_primary_console_exec(libxl_ctx *ctx, uint32_t domid_vm, int notify_fd);
int libxl_console_get_tty(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
			  char **path);
int libxl_primary_console_get_tty(libxl_ctx *ctx, uint32_t domid_vm, char **path);

/* Any domid of a guest, whether or not such a guest exists: 1 or 0. */
int libxl_domid_valid_guest(uint32_t domid);

/* @info_r NULL asks only whether the domain exists. */
int libxl_domain_info(libxl_ctx *, libxl_dominfo *info_r, uint32_t domid);

/* Lists: NULL on error or when empty; freed with the function beside it. */
libxl_dominfo *libxl_list_domain(libxl_ctx *, int *nb_domain_out);
void libxl_dominfo_list_free(libxl_dominfo *list, int nb_domain);
libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out);
void libxl_vminfo_list_free(libxl_vminfo *list, int nb_vm);
libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nb_vcpu, int *nr_cpus_out);
void libxl_vcpuinfo_list_free(libxl_vcpuinfo *, int nr_vcpus);

/* Seconds since 1970. */
uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid);

/* Affinities: either map may be NULL and is then left alone. _force also moves vCPUs
 * that the guest itself pinned; _all goes over vCPUs 0 to @max_vcpus - 1. */
int libxl_set_vcpuaffinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
			   const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_set_vcpuaffinity_force(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
				 const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_set_vcpuaffinity_all(libxl_ctx *ctx, uint32_t domid, unsigned int max_vcpus,
			       const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);
int libxl_domain_get_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);
int libxl_set_vcpuonline(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *cpumap,
			 const libxl_asyncop_how *ao_how);

/* "As it is" for a field of libxl_domain_sched_params and libxl_sched_params. */
#define LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT	   -1
#define LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT	   -1
#define LIBXL_DOMAIN_SCHED_PARAM_PERIOD_DEFAULT	   -1
#define LIBXL_DOMAIN_SCHED_PARAM_SLICE_DEFAULT	   -1
#define LIBXL_DOMAIN_SCHED_PARAM_LATENCY_DEFAULT   -1
#define LIBXL_DOMAIN_SCHED_PARAM_EXTRATIME_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_BUDGET_DEFAULT	   -1
/* Parameters of the domain, not of one vCPU. */
#define LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT -1
int libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid,
				  libxl_domain_sched_params *params);
int libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
				  const libxl_domain_sched_params *params);
int libxl_vcpu_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_vcpu_sched_params *params);
int libxl_vcpu_sched_params_get_all(libxl_ctx *ctx, uint32_t domid,
				    libxl_vcpu_sched_params *params);
int libxl_vcpu_sched_params_set(libxl_ctx *ctx, uint32_t domid,
				const libxl_vcpu_sched_params *params);
int libxl_vcpu_sched_params_set_all(libxl_ctx *ctx, uint32_t domid,
				    const libxl_vcpu_sched_params *params);

/*
 * Bytes that a program keeps about a domain under a name of its own, until the domain
 * is gone.  Storing 0 bytes deletes.  Retrieving what is not there gives 0 with *data_r
 * NULL; both out arguments may be NULL.
 */
int libxl_userdata_store(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
			 const uint8_t *data, int datalen);
int libxl_userdata_retrieve(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
			    uint8_t **data_r, int *datalen_r);
int libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid);

/* What the guest is told: a trigger of the machine's, or a magic SysRq key. */
int libxl_send_trigger(libxl_ctx *ctx, uint32_t domid, libxl_trigger trigger, uint32_t vcpuid,
		       const libxl_asyncop_how *ao_how);
int libxl_send_sysrq(libxl_ctx *ctx, uint32_t domid, char sysrq);

/* @output is the text that the device model answers. */
int libxl_qemu_monitor_command(libxl_ctx *ctx, uint32_t domid, const char *command_line,
			       char **output, const libxl_asyncop_how *ao_how);

/* One word of xl.cfg's cpuid= into @cpuid: a feature, 0 or 1 no '=', 2 no such feature,
 * 3 no such value; or one leaf in xend's form, 0 or 1 no such leaf, 2 no such subleaf,
 * 3 no colon, 4 no such register, 5 not 32 bits.  None of these is a libxl_error. */
int libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str);
int libxl_cpuid_parse_config_xend(libxl_cpuid_policy_list *cpuid, const char *str);

/* A virtual machine's generation ID as Windows guests know it. */
int libxl_ms_vm_genid_generate(libxl_ctx *ctx, libxl_ms_vm_genid *id);
bool libxl_ms_vm_genid_is_zero(const libxl_ms_vm_genid *id);
void libxl_ms_vm_genid_copy(libxl_ctx *ctx, libxl_ms_vm_genid *dst, const libxl_ms_vm_genid *src);

#endif
