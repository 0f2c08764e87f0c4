/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * In fuzz_leaks, built with the memory sanitizer, everything that is copied to a
 * guest or to domain 0 goes through here: each byte must have been written by
 * somebody, padding too.
 */
#include <hv/guest_access.h>
#include <sanitizer/msan_interface.h>

int __wrap_handle_copy_out(uint64_t base, uint64_t idx, const void *src, uint64_t n, size_t size);
int __real_handle_copy_out(uint64_t base, uint64_t idx, const void *src, uint64_t n, size_t size);
int __wrap_copy_to_gva(gva_t dst, const void *src, size_t len);
int __real_copy_to_gva(gva_t dst, const void *src, size_t len);
int __wrap_copy_to_gpa(struct domain *d, gpa_t dst, const void *src, size_t len);
int __real_copy_to_gpa(struct domain *d, gpa_t dst, const void *src, size_t len);
int __wrap_copy_to_vcpu_gva(struct vcpu *v, gva_t dst, const void *src, size_t len);
int __real_copy_to_vcpu_gva(struct vcpu *v, gva_t dst, const void *src, size_t len);

int __wrap_handle_copy_out(uint64_t base, uint64_t idx, const void *src, uint64_t n, size_t size)
{
	int rc = __real_handle_copy_out(base, idx, src, n, size);

	if (!rc)
		__msan_check_mem_is_initialized(src, n * size);
	return rc;
}

int __wrap_copy_to_gva(gva_t dst, const void *src, size_t len)
{
	__msan_check_mem_is_initialized(src, len);
	return __real_copy_to_gva(dst, src, len);
}

int __wrap_copy_to_gpa(struct domain *d, gpa_t dst, const void *src, size_t len)
{
	__msan_check_mem_is_initialized(src, len);
	return __real_copy_to_gpa(d, dst, src, len);
}

int __wrap_copy_to_vcpu_gva(struct vcpu *v, gva_t dst, const void *src, size_t len)
{
	__msan_check_mem_is_initialized(src, len);
	return __real_copy_to_vcpu_gva(v, dst, src, len);
}
