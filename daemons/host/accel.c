/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "accel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "log.h"

#define CPUID_ENTRIES 256

#define CPUID_EXT_FEATURES 0x80000001u
#define CPUID_ECX_SVM	   (1u << 2)
#define CPUID_SVM_FEATURES 0x8000000au
#define CPUID_EDX_NPT	   (1u << 0)

static const struct kvm_cpuid_entry2 *leaf(const struct kvm_cpuid2 *c, unsigned int function)
{
	unsigned int i;

	for (i = 0; i < c->nent && i < CPUID_ENTRIES; i++)
		if (c->entries[i].function == function)
			return &c->entries[i];
	return NULL;
}

static const char *judge(const struct kvm_cpuid2 *c)
{
	const struct kvm_cpuid_entry2 *ext = leaf(c, CPUID_EXT_FEATURES);
	const struct kvm_cpuid_entry2 *svm = leaf(c, CPUID_SVM_FEATURES);

	if (!ext || !(ext->ecx & CPUID_ECX_SVM))
		return "/dev/kvm does not offer nested SVM";
	if (!svm || !(svm->edx & CPUID_EDX_NPT))
		return "/dev/kvm offers SVM without nested paging";
	return NULL;
}

bool accel_kvm_usable(char *why, size_t len)
{
	struct kvm_cpuid2 *c = NULL;
	const char *lack;
	bool usable = false;
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		snprintf(why, len, errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm: %s",
			 strerror(errno));
		return false;
	}
	c = calloc(1, sizeof(*c) + CPUID_ENTRIES * sizeof(c->entries[0]));
	if (c)
		c->nent = CPUID_ENTRIES;
	if (!c || ioctl(fd, KVM_GET_SUPPORTED_CPUID, c)) {
		snprintf(why, len, "/dev/kvm does not tell its CPU features: %s", strerror(errno));
	} else {
		lack = judge(c);
		usable = !lack;
		snprintf(why, len, "%s", lack ? lack : "/dev/kvm offers nested SVM");
	}
	free(c);
	close(fd);
	return usable;
}

const char *accel_choose(enum accel_choice choice)
{
	char why[160] = "asked for";
	bool kvm = choice != ACCEL_TCG && accel_kvm_usable(why, sizeof(why));

	if (choice == ACCEL_KVM && !kvm) {
		tell_error("cannot use KVM: %s (leave --accel out to use TCG emulation)", why);
		return NULL;
	}
	tell_info("using %s: %s", kvm ? "KVM" : "TCG emulation", why);
	return kvm ? "kvm" : "tcg";
}
