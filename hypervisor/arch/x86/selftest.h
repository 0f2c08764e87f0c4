/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Self-tests on request: deliberate faults for the tests of the report, and a
 * guest without any toolstack (tests/stack/boot_qemu.sh, boot_bochs.sh). */
#ifndef ARCH_X86_SELFTEST_H
#define ARCH_X86_SELFTEST_H

#define SELFTEST_GPA 0x100000

#ifndef __ASSEMBLER__
/* selftest=@name.  The faults do not return if protection works; the guest is
 * ready to run when the dispatch loop is entered. */
void selftest_run(const char *name);
/* Make a domain around the code of selftest_guest.S. 0 or a negative Xen errno. */
int selftest_guest(void);
#endif

#endif
