/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/image_plan.h"

/* The file, its unpacked form while it is looked at, and the decompressor. */
#define SANDBOX_MEMORY	(IMAGE_MAX_FILE + IMAGE_MAX_DATA + (256ull << 20))
#define SANDBOX_SECONDS 60
#define SANDBOX_UID	65534 /* nobody */

static int sandbox_limit(int what, rlim_t value, struct image_error *err)
{
	struct rlimit lim = {.rlim_cur = value, .rlim_max = value};

	if (setrlimit(what, &lim))
		return image_fail(err, "cannot set a resource limit: %s", strerror(errno));
	return 0;
}

static int sandbox_limits(struct image_error *err)
{
	if (sandbox_limit(RLIMIT_CORE, 0, err) || sandbox_limit(RLIMIT_CPU, SANDBOX_SECONDS, err) ||
	    sandbox_limit(RLIMIT_FSIZE, IMAGE_DATA + IMAGE_MAX_DATA, err))
		return -1;
	if (SANDBOX_SANITIZED)
		return 0;
	/* No descriptor can be made any more, those open stay. */
	if (sandbox_limit(RLIMIT_NOFILE, 0, err))
		return -1;
	return sandbox_limit(RLIMIT_AS, SANDBOX_MEMORY, err);
}

/* In a user namespace that has no "nobody" the id stays; the rest holds anyway. */
static int sandbox_drop_user(struct image_error *err)
{
	if (geteuid())
		return 0;
	if (setgroups(0, NULL) && errno != EPERM)
		return image_fail(err, "cannot drop groups: %s", strerror(errno));
	if ((setresgid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) ||
	     setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID)) &&
	    errno != EINVAL && errno != EPERM)
		return image_fail(err, "cannot drop the user id: %s", strerror(errno));
	return 0;
}

static int sandbox_drop_caps(struct image_error *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	if (syscall(SYS_capset, &header, none))
		return image_fail(err, "cannot drop capabilities: %s", strerror(errno));
	return 0;
}

static int sandbox_filter(struct image_error *err)
{
	static const int allowed[] = {
		SCMP_SYS(read),	      SCMP_SYS(pread64),
		SCMP_SYS(write),      SCMP_SYS(pwrite64),
		SCMP_SYS(munmap),     SCMP_SYS(mremap),
		SCMP_SYS(madvise),    SCMP_SYS(brk),
		SCMP_SYS(futex),      SCMP_SYS(exit),
		SCMP_SYS(exit_group), SCMP_SYS(getrandom), /* malloc's hardening */
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!ret)
		ret = seccomp_load(ctx);
	seccomp_release(ctx);
	return ret ? image_fail(err, "cannot load the system call filter: %s", strerror(-ret)) : 0;
}

int sandbox_enter(struct image_error *err)
{
	if (sandbox_limits(err) || sandbox_drop_user(err) || sandbox_drop_caps(err))
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return image_fail(err, "cannot give up privileges: %s", strerror(errno));
	return SANDBOX_SANITIZED ? 0 : sandbox_filter(err);
}
