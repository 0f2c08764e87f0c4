/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nic_spec.h"
#include "xlu.h"

/* 0, EINVAL or EOVERFLOW; @nic changes only on success. */
int xlu_vif_parse_rate(XLU_Config *config, const char *rate, libxl_device_nic *nic)
{
	uint64_t bytes;
	uint32_t usecs;
	int rc = nic_rate_parse(config->source, rate, &bytes, &usecs, config->report);

	if (rc)
		return -rc;
	nic->rate_bytes_per_interval = bytes;
	nic->rate_interval_usecs = usecs;
	return 0;
}
