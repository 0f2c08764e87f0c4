/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hypervisor's file system of parameters (xen/hypfs.h). */
#ifndef CTRL_HYPFS_H
#define CTRL_HYPFS_H

#include "ctrl/ctrl.h"

/* 0: there is one; -EPERM (Nacre, as Xen built without it), -ENOSYS. */
int ctrl_hypfs_probe(struct ctrl *ctrl);
/*
 * Write @value to the entry @path ("/params/NAME"), in the form that the entry has.
 * -ENOENT: there is none; -EACCES: it cannot be written; -EINVAL: not a value of its
 * type; -E2BIG: it or the path is too long.
 */
int ctrl_hypfs_write(struct ctrl *ctrl, const char *path, const char *value);

#endif
