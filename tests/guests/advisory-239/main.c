/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-239 (CVE-2017-15589): reads of ports and registers that answered with what
 * lay on the hypervisor's stack where the device gave less than was asked for.
 */
#include "lib.h"

const char test_name[] = "advisory-239";

#define APIC	0xfee00000ul
#define PIT_CH2 0x42 /* reads as 0: see the hypervisor's exit.c */

static bool expected(unsigned int port, uint32_t got, unsigned int bytes)
{
	uint32_t ones = bytes == 4 ? ~0u : (1u << 8 * bytes) - 1;

	return got == (port == PIT_CH2 ? 0 : ones);
}

static void check_in(uint16_t port)
{
	uint32_t l, s = 0;
	uint16_t w;
	uint8_t b;
	void *to = &s;

	asm volatile("inb %1, %0" : "=a"(b) : "Nd"(port));
	asm volatile("inw %1, %0" : "=a"(w) : "Nd"(port));
	asm volatile("inl %1, %0" : "=a"(l) : "Nd"(port));
	check(expected(port, b, 1) && expected(port, w, 2) && expected(port, l, 4),
	      "port 0x%x: %x, %x, %x", port, b, w, l);
	asm volatile("insl" : "+D"(to) : "d"(port) : "memory");
	check(expected(port, s, 4), "insl of port 0x%x: %x", port, s);
}

/* Beside registers there is nothing; their reserved bits are 0. */
static void check_apic(void)
{
	for (uint32_t offset = 0x400; offset < 0x1000; offset += 0x10) {
		uint32_t v = *(volatile uint32_t *)(APIC + offset);

		check(v == 0, "APIC 0x%x: 0x%x", offset, v);
	}
}

void test_main(void)
{
	for (unsigned int port = 0; port < 0x10000; port += port < 0x400 ? 1 : 0x101)
		check_in((uint16_t)port);
	check_apic();
	pass();
}
