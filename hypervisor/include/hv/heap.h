/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Small objects of the hypervisor.  Zeroed.  Never called on an exit path. */
#ifndef HV_HEAP_H
#define HV_HEAP_H

#include <stddef.h>

/* @size bytes, 16-byte aligned (page aligned from 4 KiB on), zeroed, or NULL. */
void *heap_alloc(size_t size);
void *heap_array(size_t n, size_t size); /* overflow-checked */
void heap_free(void *p);		 /* NULL allowed */
/* Bytes handed out, for leak tests. */
size_t heap_used(void);

#endif
