/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domains: create, pause, destroy, the domain table. */
#ifndef HV_DOMAIN_H
#define HV_DOMAIN_H

#include <hv/list.h>
#include <hv/p2m.h>
#include <hv/spinlock.h>
#include <hv/vcpu.h>
#include <xen/domctl.h>
#include <xen/hvm/params.h>
#include <xen/sched.h>

#define MAX_DOMAINS 0x7ff0 /* DOMID_FIRST_RESERVED; ids 0..0x7fef */

enum domain_dying { DOM_ALIVE, DOM_DYING, DOM_DEAD };

struct domain {
	domid_t id;
	struct list link; /* domain list, ordered by id */
	uint32_t refs;	  /* domain_get / domain_put; atomic */
	spinlock_t lock;  /* life cycle, pause counts, hvm params */
	enum domain_dying dying;
	bool privileged;	       /* dom0 */
	bool external;		       /* has no guest code: the hosted dom0 */
	bool shutting_down, shut_down; /* SCHEDOP_shutdown, all vCPUs stopped */
	uint8_t shutdown_code;	       /* SHUTDOWN_*; SHUTDOWN_CODE_INVALID = none */
	bool controller_paused;	       /* XEN_DOMCTL_pausedomain count > 0 */
	uint32_t controller_pauses;
	uint32_t pause_count;
	bool creation_finished; /* first unpause has happened */

	xen_domain_handle_t handle;
	uint32_t ssidref;
	uint32_t create_flags;	  /* XEN_DOMCTL_CDF_* */
	uint32_t emulation_flags; /* XEN_X86_EMU_* */
	uint32_t max_vcpus;
	struct vcpu **vcpu;		       /* max_vcpus entries, NULL until made */
	vcpu_info_t *spare_vcpu_info;	       /* for ids past shared_info's 32, until registered */
	struct xen_domctl_createdomain config; /* as checked by domctl.c */

	/* memory; page counts under page_lock */
	spinlock_t page_lock;
	uint64_t tot_pages, max_pages, xenheap_pages, shared_pages;
	uint64_t outstanding_pages; /* claimed, not yet allocated (frame.c's lock) */
	uint32_t first_frame;	    /* allocation list head (frame.c) */
	uint64_t mempool_pages;	    /* XEN_DOMCTL_set_paging_mempool_size */
	struct p2m p2m;
	struct e820_map *memory_map; /* XENMEM_set_memory_map */

	shared_info_t *shared_info; /* hypervisor page, FRAME_XENSHARE */
	uint64_t shared_info_gfn;   /* where the guest mapped it; 0 = nowhere */
	struct evtchns *evtchn;	    /* evtchn.c */
	struct gnttab *gnttab;	    /* gnttab.c */
	uint64_t hvm_params[HVM_NR_PARAMS];
	uint8_t callback_vector; /* from HVM_PARAM_CALLBACK_IRQ; 0 = none */
	uint64_t wallclock_sec;	 /* wc_sec at system time zero, with time_offset */
	int64_t time_offset;
	struct timer watchdog[2];
	uint32_t watchdog_used;
	struct cpu_policy *cpuid; /* cpuid_policy.c */
	uint32_t poll_mask_any;	  /* number of vCPUs in SCHEDOP_poll */

	void *sched; /* the policy's domain data */
	uint16_t weight, cap;
	struct cpupool *cpupool;
	struct list cpupool_link;

	struct arch_domain *arch;
	uint32_t destroy_step;	/* where a preempted destroy goes on */
	bool runstate_flag;	/* VMASST_TYPE_runstate_update_flag */
	char console_line[256]; /* console_io of this guest, until newline */
	uint32_t console_len;
	struct {
		int64_t window_ns;
		uint32_t count;
	} gprintk; /* rate limit */
};

#define SHUTDOWN_CODE_INVALID 0xff

extern struct domain *dom0;

/* Look up and take a reference; NULL if there is none or it is dead. */
struct domain *domain_get(domid_t id);
/* DOMID_SELF and ids, for hypercalls of @self; NULL = -XEN_ESRCH. */
struct domain *domain_get_for(struct domain *self, domid_t id);
bool domain_ref(struct domain *d);
void domain_put(struct domain *d);
/* For holders that only kept the id (frames). */
void domain_put_id(domid_t id);
/* Next live-or-dying domain with id >= @first (reference taken), or NULL. */
struct domain *domain_next(domid_t first);

/* Make an empty domain from a checked configuration. @id: wanted id, 0 = choose.
 * 0 and *@out with a reference; -XEN_EINVAL, -XEN_EEXIST, -XEN_ENOMEM. */
int domain_create(domid_t id, const struct xen_domctl_createdomain *config, struct domain **out);
/* Preemptible: 0 when dead, -XEN_ERESTART to be called again. */
int domain_kill(struct domain *d);

/* Nested pause of all vCPUs; waits until none runs on another CPU. */
void domain_pause(struct domain *d);
void domain_pause_nosync(struct domain *d);
void domain_unpause(struct domain *d);
int domain_pause_by_controller(struct domain *d);   /* -XEN_EOVERFLOW after 255 */
int domain_unpause_by_controller(struct domain *d); /* -XEN_EINVAL if not paused */

/* Stop all vCPUs with a reason and tell dom0 (VIRQ_DOM_EXC). Any context. */
void domain_shutdown(struct domain *d, uint8_t reason);
/* XEN_DOMCTL_resumedomain. */
void domain_resume(struct domain *d);
/* Print @why and the current vCPU's state to the console, then
 * domain_shutdown(SHUTDOWN_crash).  The only answer to a guest's misdeed. */
void domain_crash(struct domain *d, const char *why, ...) __attribute__((format(printf, 2, 3)));
/* Everything XEN_DOMCTL_getdomaininfo says. */
void domain_getinfo(struct domain *d, struct xen_domctl_getdomaininfo *out);

void domains_init(void);
/* The hosted, guest-less domain 0; called once after units are up. */
int domain_create_external0(unsigned int nr_vcpus, shared_info_t *shared);

#endif
