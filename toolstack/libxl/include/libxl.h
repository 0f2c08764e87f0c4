/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The library that manages domains, with the interface of libxl 4.17: every program
 * for that one builds with this header, and the other way round.
 *
 * A program allocates a context with libxl_ctx_alloc() and may use it from several
 * threads.  Structs are initialised with libxl_TYPE_init(), freed inside (not
 * themselves) with libxl_TYPE_dispose().  LIBXL_API_VERSION, defined before this file,
 * asks for the functions as they were then: 0x040200 for 4.2 and so on.
 */
#ifndef LIBXL_H
#define LIBXL_H

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <xentoollog.h>

#ifdef LIBXL_API_VERSION
#if LIBXL_API_VERSION != 0x040200 && LIBXL_API_VERSION != 0x040300 &&                              \
	LIBXL_API_VERSION != 0x040400 && LIBXL_API_VERSION != 0x040500 &&                          \
	LIBXL_API_VERSION != 0x040700 && LIBXL_API_VERSION != 0x040800 &&                          \
	LIBXL_API_VERSION != 0x041300 && LIBXL_API_VERSION != 0x041400
#error Unknown LIBXL_API_VERSION
#endif
#endif

typedef struct libxl__ctx libxl_ctx;

#include <_libxl_have.h>
#include <libxl_uuid.h>
/* Programs link events into lists with these macros; the type below is theirs. */
#if __has_include(<xen_list.h>)
#include <xen_list.h>
#endif

/* Marks functions that libxl must not call itself; means nothing to programs. */
#ifndef LIBXL_EXTERNAL_CALLERS_ONLY
#define LIBXL_EXTERNAL_CALLERS_ONLY
#endif

/*
 * Types that are no structs.  A copy goes to memory that holds nothing yet.
 */
typedef uint8_t libxl_mac[6];
#define LIBXL_MAC_FMT	     "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define LIBXL_MAC_FMTLEN     ((2 * 6) + 5) /* digits and colons, no NUL */
#define LIBXL_MAC_BYTES(mac) (mac)[0], (mac)[1], (mac)[2], (mac)[3], (mac)[4], (mac)[5]
void libxl_mac_copy(libxl_ctx *ctx, libxl_mac *dst, const libxl_mac *src);

/* NULL, or strings up to a NULL. */
typedef char **libxl_string_list;
void libxl_string_list_dispose(libxl_string_list *sl);
int libxl_string_list_length(const libxl_string_list *sl);
void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src);

/* NULL, or keys and values in turn up to a NULL key; a value may be NULL.  The length
 * counts pairs. */
typedef char **libxl_key_value_list;
void libxl_key_value_list_dispose(libxl_key_value_list *kvl);
int libxl_key_value_list_length(const libxl_key_value_list *kvl);
void libxl_key_value_list_copy(libxl_ctx *ctx, libxl_key_value_list *dst,
			       const libxl_key_value_list *src);

/* Words of CPUID feature bits. */
typedef uint32_t libxl_hwcap[8];
void libxl_hwcap_copy(libxl_ctx *ctx, libxl_hwcap *dst, const libxl_hwcap *src);

/* What a program wants to find in the event that a call leads to. */
typedef uint64_t libxl_ev_user;

/* Bit n is bit n % 8 of byte n / 8. */
typedef struct {
	uint32_t size; /* bytes at map */
	uint8_t *map;
} libxl_bitmap;
void libxl_bitmap_init(libxl_bitmap *map);
void libxl_bitmap_dispose(libxl_bitmap *map);

/* Features forced for a guest, in no form that programs may look into. */
struct libxl__cpu_policy;
typedef struct libxl__cpu_policy *libxl_cpuid_policy_list;
void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list);
int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l);
void libxl_cpuid_policy_list_copy(libxl_ctx *ctx, libxl_cpuid_policy_list *dst,
				  const libxl_cpuid_policy_list *src);

typedef uint32_t libxl_domid;
typedef int libxl_devid; /* -1: to be chosen */

/* The words of an enumeration; ends with {NULL, -1}. */
typedef struct {
	const char *s;
	int v;
} libxl_enum_string_table;

/* Between calls a program may keep its events in a list of its own. */
struct libxl_event;
typedef struct {
	struct libxl_event *tqe_next;
	struct libxl_event **tqe_prev;
} libxl_ev_link;

/* A boolean that may be left unsaid (all bits zero).  Asking libxl_defbool_val() for
 * such a value is refused by an assertion; _setdefault sets only such a value. */
typedef struct {
	int val;
} libxl_defbool;
void libxl_defbool_set(libxl_defbool *db, bool b);
void libxl_defbool_unset(libxl_defbool *db);
void libxl_defbool_setdefault(libxl_defbool *db, bool b);
bool libxl_defbool_is_default(libxl_defbool db);
bool libxl_defbool_val(libxl_defbool db);
const char *libxl_defbool_to_string(libxl_defbool b);

#define LIBXL_TIMER_MODE_DEFAULT -1
#define LIBXL_MEMKB_DEFAULT	 ~0ULL

/* Of guests with devices handed through: where reserved regions may end, in KiB. */
#define LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT (2048 * 1024)

/* Bits of viridian_enable and viridian_disable. */
#define LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH 64

/* "As the host says"; the two numbers are those of before there was such a word. */
#define LIBXL_MAX_GRANT_DEFAULT		  (~(uint32_t)0)
#define LIBXL_MAX_GRANT_FRAMES_DEFAULT	  32
#define LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT 1024

#define LIBXL_MS_VM_GENID_LEN 16
typedef struct {
	uint8_t bytes[LIBXL_MS_VM_GENID_LEN];
} libxl_ms_vm_genid;

#include <_libxl_types.h>

/*
 * How the end of a long operation is told: by calling callback, or, if that is NULL, by
 * an event of type operation_complete with u.for_event.  The struct is copied.
 */
typedef struct {
	void (*callback)(libxl_ctx *ctx, int rc, void *for_callback);
	union {
		libxl_ev_user for_event;
		void *for_callback;
	} u;
} libxl_asyncop_how;

/* The same for steps on the way: callback gets the event, which it must free. */
typedef struct {
	void (*callback)(libxl_ctx *ctx, libxl_event *, void *for_callback);
	libxl_ev_user for_event;
	void *for_callback;
} libxl_asyncprogress_how;

/* Asks a running operation to end with ERROR_ABORTED.  ERROR_NOTFOUND when none was
 * started with @how; the operation may still end otherwise. */
int libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how);

/* @version: LIBXL_VERSION; @flags: 0; @lg: where messages go, the caller's.  Freeing
 * NULL is allowed; nothing may be under way in another thread. */
#define LIBXL_VERSION 0
int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg);
int libxl_ctx_free(libxl_ctx *ctx);

#include <_libxl_domain.h>
#include <_libxl_device.h>
#include <_libxl_host.h>
#include <libxl_event.h>
#include <_libxl_compat.h>

#endif
