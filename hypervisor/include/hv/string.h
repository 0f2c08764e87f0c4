/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Freestanding string functions; the compiler may call mem* by itself. */
#ifndef HV_STRING_H
#define HV_STRING_H

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* Copies at most @size - 1 bytes and always terminates. */
size_t strlcpy(char *dst, const char *src, size_t size);
/* Decimal, 0x hex or 0 octal; *@end as in the C library. */
unsigned long long strtoull(const char *s, char **end, int base);

#endif
