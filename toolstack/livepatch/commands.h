/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef LIVEPATCH_COMMANDS_H
#define LIVEPATCH_COMMANDS_H

#include "patch/patch_error.h"

enum exit_status { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

/* argv[0] is the command's name. */
typedef int command_fn(int argc, char **argv);
command_fn cmd_build, cmd_keygen, cmd_sign, cmd_verify, cmd_show;

/* "nacre-livepatch-build: TEXT" on stderr: EXIT_FAILED. */
__attribute__((format(printf, 1, 2))) int complain(const char *fmt, ...);
/* The same and where to find help: EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int misuse(const char *fmt, ...);

#endif
