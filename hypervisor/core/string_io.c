/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * INS and OUTS.  There is no device, so as in Xen without a device model reads
 * give ones and writes go nowhere (but for the console's port); the memory side
 * is real, with its checks and page faults.  The processor has checked IOPL and
 * the I/O permission bitmap before the exit (APM vol. 2, 15.10.2).
 */
#include "emulate.h"
#include "segment.h"

#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/exit.h>
#include <hv/vcpu.h>

/* What one exit does of a REP; interrupts are taken in between. */
#define ELEMENTS 64

/* False when a fault was raised or the domain ended. */
static bool do_element(struct vcpu *v, const struct insn *in, uint16_t port)
{
	enum gpr reg = in->op == OP_INS ? REG_RDI : REG_RSI;
	enum segment s = in->op == OP_INS ? SEG_ES : in->segment;
	uint64_t mask = in->address_bytes == 8 ? ~0ULL : (1ULL << 8 * in->address_bytes) - 1;
	bool write = in->op == OP_INS;
	uint32_t val = write ? port_read(port) : 0;
	uint64_t linear;

	if (!segment_linear(v, s, v->regs.gpr[reg] & mask, in->bytes, write, 0, &linear) ||
	    !linear_copy(v, linear, &val, in->bytes, linear_access(v, write)))
		return false;
	if (!write)
		port_write(v, port, in->bytes, val);
	string_step(v, in, reg);
	return true;
}

static bool nothing_to_do(const struct vcpu *v, const struct insn *in)
{
	unsigned int unused = 64 - 8 * in->address_bytes;

	return in->rep && !(v->regs.rcx << unused);
}

void emulate_string_io(struct vcpu *v, uint16_t port, unsigned int bytes, bool in)
{
	uint8_t buf[INSN_MAX];
	unsigned int n = guest_fetch(v, hvm_linear_rip(v), buf, sizeof(buf));
	bool last, step = v->regs.rflags & RFLAGS_TF;
	struct insn insn;

	counter_inc(CNT_EXIT_STRING_IO);
	if (!emulate_decode(buf, n, emulate_mode(v), &insn) || insn.op != (in ? OP_INS : OP_OUTS)) {
		counter_inc(CNT_INSN_MISMATCH); /* other code by now: execute it */
		return;
	}
	insn.bytes = (uint8_t)bytes; /* with REX.W, too, it is at most 4 */
	last = nothing_to_do(v, &insn);
	for (unsigned int i = 0; !last && i < (step ? 1 : ELEMENTS); i++) {
		if (!do_element(v, &insn, port))
			return;
		last = string_last(v, &insn);
	}
	if (last)
		hvm_skip(v, insn.len);
	else if (step)
		hvm_raise_debug(v, DR6_BS);
}
