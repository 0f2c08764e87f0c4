/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_VCPU_LIST_H
#define NACRE_XL_VCPU_LIST_H

#include <stdio.h>

#include "json.h"

/* The table of `xl vcpu-list', from domain.vcpus's elements. */
void vcpu_list_header(FILE *out);
void vcpu_list_domain(FILE *out, const struct json *domain);

#endif
