/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *hv_memcpy(void *dst, const void *src, size_t n);
void *hv_memmove(void *dst, const void *src, size_t n);
void *hv_memset(void *dst, int c, size_t n);
int hv_memcmp(const void *a, const void *b, size_t n);
size_t hv_strlen(const char *s);
size_t hv_strnlen(const char *s, size_t max);
int hv_strcmp(const char *a, const char *b);
int hv_strncmp(const char *a, const char *b, size_t n);
char *hv_strchr(const char *s, int c);
size_t hv_strlcpy(char *dst, const char *src, size_t size);
unsigned long long hv_strtoull(const char *s, char **end, int base);

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

Test(string, moves_like_the_c_library)
{
	unsigned char a[64], b[64];

	for (unsigned int i = 0; i < 200000; i++) {
		size_t from = (size_t)rand() % 32, to = (size_t)rand() % 32,
		       n = (size_t)rand() % 32;

		for (unsigned int k = 0; k < sizeof(a); k++)
			a[k] = b[k] = (unsigned char)rand();
		memmove(a + to, a + from, n);
		hv_memmove(b + to, b + from, n);
		cr_assert_eq(memcmp(a, b, sizeof(a)), 0);
		memset(a + to, (int)i, n);
		hv_memset(b + to, (int)i, n);
		cr_assert_eq(memcmp(a, b, sizeof(a)), 0);
		if (from + n <= to || to + n <= from) {
			hv_memcpy(b + to, b + from, n);
			cr_assert_eq(hv_memcmp(b + to, b + from, n), 0);
		}
	}
}

Test(string, compares_like_the_c_library)
{
	static const char *const s[] = {"", "a", "ab", "abc", "abd", "\xff", "b", "abcabd"};

	for (unsigned int i = 0; i < 8; i++)
		for (unsigned int k = 0; k < 8; k++) {
			cr_assert_eq(sign(hv_strcmp(s[i], s[k])), sign(strcmp(s[i], s[k])));
			for (size_t n = 0; n < 5; n++)
				cr_assert_eq(sign(hv_strncmp(s[i], s[k], n)),
					     sign(strncmp(s[i], s[k], n)));
			cr_assert_eq(hv_strchr(s[i], s[k][0]), strchr(s[i], s[k][0]));
			cr_assert_eq(hv_strlen(s[i]), strlen(s[i]));
			cr_assert_eq(hv_strnlen(s[i], k), strnlen(s[i], k));
		}
}

Test(string, strlcpy_always_ends)
{
	char buf[4] = "xxx";

	cr_assert_eq(hv_strlcpy(buf, "abcdef", sizeof(buf)), 6);
	cr_assert_str_eq(buf, "abc");
	cr_assert_eq(hv_strlcpy(buf, "z", 0), 1);
	cr_assert_str_eq(buf, "abc");
}

Test(string, numbers_like_the_c_library)
{
	static const char *const s[] = {"0",   "12",  "0x1f", "010", "0x",
					"0xg", "99z", "",     "z",   "18446744073709551615",
					"ffFF"};
	char *end, *wanted_end;

	for (unsigned int i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		for (int base = 0; base <= 16; base += base ? 6 : 10) {
			unsigned long long wanted = strtoull(s[i], &wanted_end, base);

			cr_assert_eq(hv_strtoull(s[i], &end, base), wanted, "%s base %d", s[i],
				     base);
			cr_assert_eq(end, wanted_end, "%s base %d", s[i], base);
		}
}

Test(string, too_large_numbers_saturate)
{
	cr_assert_eq(hv_strtoull("18446744073709551616", NULL, 10), UINT64_MAX);
	cr_assert_eq(hv_strtoull("99999999999999999999999999", NULL, 10), UINT64_MAX);
	cr_assert_eq(hv_strtoull("0xfffffffffffffffff", NULL, 0), UINT64_MAX);
}
