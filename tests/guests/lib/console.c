/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Text on Xen's console ring, on its own console for domain 0, or on port 0xe9 of
 * the bare machine. */
#include "internal.h"

#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/sched.h>

#define DEBUG_PORT 0xe9

static struct xencons_interface *console;
static unsigned int console_port;
static bool to_port, to_xen;

void console_init(bool xen)
{
	to_port = !xen;
	to_xen = xen && (start_info()->flags & SIF_INITDOMAIN);
	if (!xen || to_xen)
		return;
	console_port = (unsigned int)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
	console = (void *)(uintptr_t)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
}

/* Wait until the reader has taken something; at most 10 ms. */
static void console_wait(void)
{
	evtchn_port_t port = console_port;
	struct sched_poll poll = {.nr_ports = 1, .timeout = now_ns() + 10000000};

	set_xen_guest_handle(poll.ports, &port);
	hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
	__atomic_and_fetch(&xen_shared()->evtchn_pending[port / BITS], ~(1ul << port % BITS),
			   __ATOMIC_SEQ_CST);
}

static void console_byte(char c)
{
	uint32_t prod;

	if (to_port)
		outb(DEBUG_PORT, (uint8_t)c);
	if (to_xen)
		hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, 1, (uintptr_t)&c, 0);
	if (!console)
		return;
	prod = console->out_prod;
	if (prod - __atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) >= sizeof(console->out)) {
		evtchn_send(console_port);
		while (prod - __atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) >=
		       sizeof(console->out))
			console_wait();
	}
	console->out[prod & (sizeof(console->out) - 1)] = c;
	__atomic_store_n(&console->out_prod, prod + 1, __ATOMIC_RELEASE);
}

/* Until everything was read, or 2 s. */
void console_flush(void)
{
	for (unsigned int i = 0; console && i < 200; i++) {
		if (__atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) == console->out_prod)
			break;
		console_wait();
	}
}

static void print_number(uint64_t value, unsigned int base)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		console_byte(digits[--n]);
}

static void print_signed(int64_t value)
{
	if (value < 0)
		console_byte('-');
	print_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

static uint64_t next_unsigned(va_list *ap, unsigned int longs)
{
	if (longs == 2)
		return va_arg(*ap, unsigned long long);
	return longs ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
}

static int64_t next_signed(va_list *ap, unsigned int longs)
{
	if (longs == 2)
		return va_arg(*ap, long long);
	return longs ? va_arg(*ap, long) : va_arg(*ap, int);
}

/* What follows a percent sign; returns the first character behind it. */
static const char *print_one(const char *fmt, va_list *ap)
{
	unsigned int longs = 0;

	for (; *fmt == 'l'; fmt++)
		longs++;
	if (*fmt == 's')
		for (const char *s = va_arg(*ap, const char *); *s; s++)
			console_byte(*s);
	else if (*fmt == 'c')
		console_byte((char)va_arg(*ap, int));
	else if (*fmt == 'd')
		print_signed(next_signed(ap, longs));
	else if (*fmt == 'u' || *fmt == 'x')
		print_number(next_unsigned(ap, longs), *fmt == 'u' ? 10 : 16);
	else if (*fmt == 'p')
		print_number((uintptr_t)va_arg(*ap, void *), 16);
	else
		console_byte(*fmt);
	return fmt + 1;
}

void vprint(const char *fmt, va_list *ap)
{
	while (*fmt) {
		if (*fmt != '%')
			console_byte(*fmt++);
		else
			fmt = print_one(fmt + 1, ap);
	}
	if (console)
		evtchn_send(console_port);
}

void print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprint(fmt, &ap);
	va_end(ap);
}
