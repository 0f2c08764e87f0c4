/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Deliberate faults, for the tests of the report (tests/stack/boot_qemu.sh). */
#ifndef ARCH_X86_SELFTEST_H
#define ARCH_X86_SELFTEST_H

/* selftest=@name; does not return if it knows @name and protection works. */
void selftest_run(const char *name);

#endif
