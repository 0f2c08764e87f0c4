/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* HVM save format's segment attributes: type, S, DPL, P in 0..7; AVL, L, D, G above. */
#define SEG_CODE32 0xc9b
#define SEG_DATA32 0xc93
#define SEG_TSS32  0x8b

/* MTRR default type register: enabled, write-back. */
#define MTRR_DEFAULT 0xc06

void entry_cpu(struct hvm_hw_cpu *cpu, uint32_t entry, uint32_t start_info)
{
	memset(cpu, 0, sizeof(*cpu));
	cpu->rip = entry;
	cpu->rbx = start_info;
	cpu->rflags = 2;
	cpu->cr0 = 0x11; /* PE, ET */
	cpu->dr6 = 0xffff0ff0;
	cpu->dr7 = 0x400;
	cpu->cs_limit = cpu->ds_limit = cpu->es_limit = cpu->ss_limit = 0xffffffff;
	cpu->fs_limit = cpu->gs_limit = 0xffffffff;
	cpu->tr_limit = 0x67;
	cpu->cs_arbytes = SEG_CODE32;
	cpu->ds_arbytes = cpu->es_arbytes = cpu->ss_arbytes = SEG_DATA32;
	cpu->fs_arbytes = cpu->gs_arbytes = SEG_DATA32;
	cpu->tr_arbytes = SEG_TSS32;
}

/* The record of a type for vCPU 0, or NULL. */
static const void *record_find(const uint8_t *data, uint32_t size, unsigned int type,
			       uint32_t length)
{
	struct hvm_save_descriptor desc;
	uint32_t at = 0;

	while (size - at >= sizeof(desc)) {
		memcpy(&desc, data + at, sizeof(desc));
		at += sizeof(desc);
		if (desc.length > size - at)
			return NULL;
		if (desc.typecode == type && !desc.instance && desc.length == length)
			return data + at;
		at += desc.length;
	}
	return NULL;
}

static uint8_t *record_add(uint8_t *p, unsigned int type, const void *body, uint32_t length)
{
	struct hvm_save_descriptor desc = {.typecode = type, .length = length};

	memcpy(p, &desc, sizeof(desc));
	if (length)
		memcpy(p + sizeof(desc), body, length);
	return p + sizeof(desc) + length;
}

int entry_set(struct ctrl *ctrl, uint32_t domid, uint32_t entry, uint32_t start_info)
{
	uint8_t buf[4 * sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER) +
		    HVM_SAVE_LENGTH(CPU) + HVM_SAVE_LENGTH(MTRR)];
	struct hvm_hw_mtrr mtrr;
	struct hvm_hw_cpu cpu;
	const void *header, *old;
	uint32_t size;
	void *data;
	uint8_t *p;
	int ret = ctrl_hvm_context_get(ctrl, domid, &data, &size);

	if (ret)
		return ret;
	header = record_find(data, size, HVM_SAVE_CODE(HEADER), HVM_SAVE_LENGTH(HEADER));
	if (!header) {
		free(data);
		return -EPROTO;
	}
	entry_cpu(&cpu, entry, start_info);
	p = record_add(buf, HVM_SAVE_CODE(HEADER), header, HVM_SAVE_LENGTH(HEADER));
	p = record_add(p, HVM_SAVE_CODE(CPU), &cpu, sizeof(cpu));
	old = record_find(data, size, HVM_SAVE_CODE(MTRR), HVM_SAVE_LENGTH(MTRR));
	if (old) {
		memcpy(&mtrr, old, sizeof(mtrr));
		mtrr.msr_mtrr_def_type = MTRR_DEFAULT;
		p = record_add(p, HVM_SAVE_CODE(MTRR), &mtrr, sizeof(mtrr));
	}
	p = record_add(p, HVM_SAVE_CODE(END), NULL, 0);
	free(data);
	return ctrl_hvm_context_set(ctrl, domid, buf, (uint32_t)(p - buf));
}
