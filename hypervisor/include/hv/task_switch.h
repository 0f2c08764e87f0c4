/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef HV_TASK_SWITCH_H
#define HV_TASK_SWITCH_H

#include <hv/types.h>

/* A 32-bit task state segment (APM vol. 2, 12.2.5). */
struct tss {
	uint32_t back_link;
	struct {
		uint32_t esp, ss;
	} stack[3];
	uint32_t cr3, eip, eflags;
	uint32_t gpr[8]; /* by hardware number */
	uint32_t seg[6]; /* ES, CS, SS, DS, FS, GS */
	uint32_t ldt;
	uint16_t trap, iomap;
};
_Static_assert(sizeof(struct tss) == 0x68 && offsetof(struct tss, seg) == 0x48, "APM 12.2.5");

/* A hardware task switch was asked for: of the current vCPU, not in long mode. */
enum task_cause { TASK_CALL, TASK_JMP, TASK_IRET }; /* events through task gates call */
struct task_switch {
	uint16_t sel; /* of the new task's TSS */
	enum task_cause cause;
	int32_t error_code; /* to push on the new stack, or HVM_NO_ERROR_CODE */
	uint32_t ext;	    /* 1: an event, not the instruction at RIP; bit 0 of error codes */
	bool resume;	    /* the old task resumes with RF set */
};
void task_switch(struct vcpu *v, const struct task_switch *ts);

#endif
