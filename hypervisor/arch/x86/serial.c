/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "insn.h"
#include "serial.h"
#include <hv/arch.h>
#include <hv/printk.h>
#include <hv/string.h>

#define COM1	     0x3f8
#define UART_DATA    (COM1 + 0)
#define UART_IER     (COM1 + 1)
#define UART_FCR     (COM1 + 2)
#define UART_LCR     (COM1 + 3)
#define UART_MCR     (COM1 + 4)
#define UART_LSR     (COM1 + 5)
#define UART_SCRATCH (COM1 + 7)
#define LSR_EMPTY    0x20
#define FIFO_SIZE    16
#define LCR_8N1	     3
#define LCR_DIVISOR  0x80
#define DIVISOR	     1	    /* 115200 baud */
#define WAIT_LIMIT   100000 /* polls until a stuck UART is given up */

/* QEMU's debugcon and Bochs's E9 hack; both read back their own number. */
#define DEBUGCON 0xe9

static bool use_com1, use_debugcon;
static unsigned int fifo_room;

static bool com1_present(void)
{
	outb(UART_SCRATCH, 0x5a);
	if (inb(UART_SCRATCH) != 0x5a)
		return false;
	outb(UART_SCRATCH, 0xa5);
	return inb(UART_SCRATCH) == 0xa5;
}

void serial_init(void)
{
	use_debugcon = inb(DEBUGCON) == DEBUGCON;
	use_com1 = com1_present();
	if (!use_com1)
		return;
	outb(UART_IER, 0);
	outb(UART_LCR, LCR_DIVISOR | LCR_8N1);
	outb(UART_DATA, DIVISOR);
	outb(UART_IER, 0);
	outb(UART_LCR, LCR_8N1);
	outb(UART_FCR, 7); /* FIFOs on and empty */
	outb(UART_MCR, 3); /* DTR, RTS */
}

static void com1_putc(char c)
{
	if (!fifo_room) {
		unsigned int tries = WAIT_LIMIT;

		while (!(inb(UART_LSR) & LSR_EMPTY))
			if (!--tries) {
				use_com1 = false;
				return;
			}
		fifo_room = FIFO_SIZE;
	}
	outb(UART_DATA, (uint8_t)c);
	fifo_room--;
}

void arch_console_write(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (use_debugcon)
			outb(DEBUGCON, (uint8_t)s[i]);
		if (use_com1 && s[i] == '\n')
			com1_putc('\r');
		if (use_com1)
			com1_putc(s[i]);
	}
}

static bool take_word(const char **list, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*list, word, n) != 0 || ((*list)[n] && (*list)[n] != ','))
		return false;
	*list += n + ((*list)[n] == ',');
	return true;
}

void serial_select(const char *list)
{
	bool com1 = false, debugcon = false;

	while (*list) {
		if (take_word(&list, "com1")) {
			com1 = true;
		} else if (take_word(&list, "debugcon")) {
			debugcon = true;
		} else if (!take_word(&list, "none")) {
			printk("console=: \"%s\" is none of com1, debugcon, none\n", list);
			return;
		}
	}
	use_com1 = use_com1 && com1;
	use_debugcon = use_debugcon && debugcon;
}
