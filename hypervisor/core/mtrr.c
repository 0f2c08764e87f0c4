/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Memory type range registers (Intel SDM vol. 3, 12.11; AMD APM vol. 2, 7.7): a
 * guest finds what it wrote.  Memory types come from the nested page tables and
 * the guest's PAT; there is no device memory to which these could matter.
 */
#include "msr_policy.h"

#define FIRST_VARIABLE 0x200
#define LAST_VARIABLE  0x20f
#define DEF_TYPE       0x2ff
#define CAP	       0xfe
#define WRITE_BACK     6
#define ENABLE	       (1u << 11)
#define FIXED_ENABLE   (1u << 10)
#define MASK_VALID     (1u << 11)

static const uint16_t fixed_numbers[MTRR_FIXED_RANGES] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
							  0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

/* Uncacheable, write combining, through, protected, back. */
static bool valid_type(uint64_t type)
{
	return type == 0 || type == 1 || (type >= 4 && type <= 6);
}

static bool valid_fixed(uint64_t val)
{
	for (unsigned int i = 0; i < 8; i++)
		if (!valid_type(val >> 8 * i & 0xff))
			return false;
	return true;
}

/* As firmware leaves them: all memory is write-back. */
void mtrr_reset(struct mtrr *m)
{
	*m = (struct mtrr){.def_type = ENABLE | WRITE_BACK};
}

static int fixed_index(uint32_t msr)
{
	for (int i = 0; i < MTRR_FIXED_RANGES; i++)
		if (fixed_numbers[i] == msr)
			return i;
	return -1;
}

int mtrr_read(const struct mtrr *m, uint32_t msr, uint64_t *val)
{
	int i = fixed_index(msr);

	if (msr == CAP)
		*val = MTRR_CAP_VALUE;
	else if (msr == DEF_TYPE)
		*val = m->def_type;
	else if (msr >= FIRST_VARIABLE && msr <= LAST_VARIABLE)
		*val = m->var[msr - FIRST_VARIABLE];
	else if (i >= 0)
		*val = m->fixed[i];
	else
		return -1;
	return 0;
}

int mtrr_write(struct mtrr *m, uint32_t msr, uint64_t val, uint64_t reserved)
{
	int i = fixed_index(msr);
	uint64_t low = val & 0xfff;

	if (msr == DEF_TYPE) {
		if (val & ~(uint64_t)(ENABLE | FIXED_ENABLE | 0xff) || !valid_type(val & 0xff))
			return -1;
		m->def_type = val;
	} else if (msr >= FIRST_VARIABLE && msr <= LAST_VARIABLE) {
		if (val & reserved || (msr & 1 ? low & ~(uint64_t)MASK_VALID : !valid_type(low)))
			return -1;
		m->var[msr - FIRST_VARIABLE] = val;
	} else if (i >= 0) {
		if (!valid_fixed(val))
			return -1;
		m->fixed[i] = val;
	} else {
		return -1;
	}
	return 0;
}

int mtrr_load(struct mtrr *m, const uint64_t *var, const uint64_t *fixed, uint64_t def_type,
	      uint64_t reserved)
{
	for (uint32_t i = 0; i < 2 * MTRR_PAIRS; i++)
		if (mtrr_write(m, FIRST_VARIABLE + i, var[i], reserved))
			return -1;
	for (unsigned int i = 0; i < MTRR_FIXED_RANGES; i++)
		if (mtrr_write(m, fixed_numbers[i], fixed[i], reserved))
			return -1;
	return mtrr_write(m, DEF_TYPE, def_type, reserved);
}
