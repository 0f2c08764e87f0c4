/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The OpenRPC 1.2.6 document, from the tables that check calls and results. */
#ifndef NACRED_OPENRPC_H
#define NACRED_OPENRPC_H

#include "json.h"
#include "rpc.h"

/* "read", "operate", "admin". */
const char *method_class_word(enum method_class class);
struct json *openrpc_document(void);

#endif
