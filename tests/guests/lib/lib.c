/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "lib.h"

#include <stdarg.h>

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

#include "internal.h"

extern uint64_t start_info_pa;
extern uint8_t hypercall_page[4096], shared_info[4096];

static struct xencons_interface *console;
static unsigned int console_port;

void *memset(void *to, int c, size_t len)
{
	void *ret = to;

	asm volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(c) : "memory");
	return ret;
}

void *memcpy(void *to, const void *from, size_t len)
{
	void *ret = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len)::"memory");
	return ret;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool streq(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && !memcmp(a, b, strlen(a));
}

const struct hvm_start_info *start_info(void)
{
	return (const void *)start_info_pa;
}

const char *cmdline(void)
{
	return start_info()->cmdline_paddr ? (const char *)start_info()->cmdline_paddr : "";
}

struct shared_info *xen_shared(void)
{
	return (struct shared_info *)shared_info;
}

long hypercall(unsigned int nr, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4)
{
	register uint64_t r10 asm("r10") = a4;
	long ret;

	asm volatile("call *%[entry]"
		     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10)
		     : [entry] "r"(hypercall_page + nr * 32)
		     : "memory", "rcx", "r11", "r8", "r9");
	return ret;
}

int64_t hvm_param(uint32_t index)
{
	struct xen_hvm_param arg = {.domid = DOMID_SELF, .index = index};

	return hypercall2(__HYPERVISOR_hvm_op, HVMOP_get_param, &arg) ? -1 : (int64_t)arg.value;
}

/* Wait until the reader has taken something; at most 10 ms. */
static void console_wait(void)
{
	evtchn_port_t port = console_port;
	struct sched_poll poll = {.nr_ports = 1, .timeout = now_ns() + 10000000};

	set_xen_guest_handle(poll.ports, &port);
	hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
	__atomic_and_fetch(&xen_shared()->evtchn_pending[port / 64], ~(1ul << (port % 64)),
			   __ATOMIC_SEQ_CST);
}

static void console_kick(void)
{
	struct evtchn_send send = {.port = console_port};

	hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &send);
}

static void console_byte(char c)
{
	uint32_t prod;

	if (!console)
		return;
	prod = console->out_prod;
	if (prod - __atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) >= sizeof(console->out)) {
		console_kick();
		while (prod - __atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) >=
		       sizeof(console->out))
			console_wait();
	}
	console->out[prod & (sizeof(console->out) - 1)] = c;
	__atomic_store_n(&console->out_prod, prod + 1, __ATOMIC_RELEASE);
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

static const char *print_one(const char *fmt, va_list *ap)
{
	bool wide = *fmt == 'l';

	if (wide)
		fmt++;
	if (*fmt == 's')
		for (const char *s = va_arg(*ap, const char *); *s; s++)
			console_byte(*s);
	else if (*fmt == 'c')
		console_byte((char)va_arg(*ap, int));
	else if (*fmt == 'd')
		print_signed(wide ? va_arg(*ap, long) : va_arg(*ap, int));
	else if (*fmt == 'u' || *fmt == 'x')
		print_number(wide ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int),
			     *fmt == 'u' ? 10 : 16);
	else if (*fmt == 'p')
		print_number((uintptr_t)va_arg(*ap, void *), 16);
	else
		console_byte(*fmt);
	return fmt + 1;
}

static void vprint(const char *fmt, va_list *ap)
{
	while (*fmt) {
		if (*fmt != '%')
			console_byte(*fmt++);
		else
			fmt = print_one(fmt + 1, ap);
	}
	if (console)
		console_kick();
}

void print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprint(fmt, &ap);
	va_end(ap);
}

/* Until everything was read, or 2 s. */
static void console_flush(void)
{
	for (unsigned int i = 0; console && i < 200; i++) {
		if (__atomic_load_n(&console->out_cons, __ATOMIC_ACQUIRE) == console->out_prod)
			break;
		console_wait();
	}
}

void shutdown(unsigned int reason)
{
	struct sched_shutdown arg = {.reason = reason};

	/* Real xenconsoled loses what it has not read by then. */
	console_flush();
	for (;;)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &arg);
}

static void verdict(const char *word, const char *fmt, va_list *ap)
{
	print("%s %s", word, test_name);
	if (fmt) {
		print(": ");
		vprint(fmt, ap);
	}
	print("\n");
	shutdown(SHUTDOWN_poweroff);
}

void pass(void)
{
	verdict("PASS", NULL, NULL);
	__builtin_unreachable();
}

#define VERDICT(function, word)                                                                    \
	void function(const char *fmt, ...)                                                        \
	{                                                                                          \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, fmt);                                                                 \
		verdict(word, fmt, &ap);                                                           \
		__builtin_unreachable();                                                           \
	}

VERDICT(fail, "FAIL")
VERDICT(skip, "SKIP")
VERDICT(error, "ERROR")

void expect_end(const char *how)
{
	print("EXPECT %s %s\n", how, test_name);
	console_flush();
}

/* Hypervisor leaves may start at any multiple of 0x100. */
static void xen_find(void)
{
	for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100) {
		struct cpuid id = cpuid(base, 0);

		if (id.b == 0x566e6558 && id.c == 0x65584d4d && id.d == 0x4d4d566e) {
			wrmsr(cpuid(base + 2, 0).b, (uintptr_t)hypercall_page);
			return;
		}
	}
	/* No hypercalls and so no console: end visibly. */
	asm volatile("ud2");
}

static void xen_map_shared(void)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_shared_info,
		.gpfn = (uintptr_t)shared_info >> 12,
	};

	if (hypercall2(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &map))
		asm volatile("ud2");
}

void lib_main(void)
{
	trap_init();
	xen_find();
	xen_map_shared();
	console_port = (unsigned int)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
	console = (void *)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
	test_main();
	error("test_main returned");
}
