/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The "rate" of a vif: BYTES/s or bits/s, optionally "@" an interval; see
 * xl-network-configuration(5). */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "xlu.h"

#define DEFAULT_INTERVAL_USECS 50000u
#define USECS_PER_SEC	       1000000u

static int vif_error(const XLU_Config *config, int rc, const char *message, const char *text)
{
	fprintf(config->report, "%s: config parsing error in vif: %s in `%s'\n", config->source,
		message, text);
	return rc;
}

/* A run of digits at *@text; false if there is none.  Beyond 64 bits *@value is
 * 0, which no caller takes for a value. */
static bool digits(const char **text, uint64_t *value)
{
	const char *p = *text;
	bool overflow = false;

	*value = 0;
	for (; *p >= '0' && *p <= '9'; p++)
		overflow |= __builtin_mul_overflow(*value, 10u, value) ||
			    __builtin_add_overflow(*value, (uint64_t)(*p - '0'), value);
	if (overflow)
		*value = 0;
	if (p == *text)
		return false;
	*text = p;
	return true;
}

static uint64_t multiplier(const char **text)
{
	static const char letters[] = "KMG";
	const char *letter = **text ? strchr(letters, **text) : NULL;
	uint64_t factor = 1;

	if (!letter)
		return 1;
	(*text)++;
	for (; letter >= letters; letter--)
		factor *= 1000;
	return factor;
}

static int parse_bytes_per_sec(const XLU_Config *config, const char *rate, uint64_t *bytes)
{
	const char *p = rate;
	uint64_t value, factor;

	if (!digits(&p, &value))
		return vif_error(config, EINVAL, "invalid rate", rate);
	factor = multiplier(&p);
	if (strcmp(p, "B/s") != 0 && strcmp(p, "b/s") != 0)
		return vif_error(config, EINVAL, "invalid rate", rate);
	if (value == 0 || __builtin_mul_overflow(value, factor, bytes))
		return vif_error(config, EOVERFLOW, "rate overflow", rate);
	if (*p == 'b')
		*bytes /= 8;
	return 0;
}

static int parse_interval(const XLU_Config *config, const char *text, uint32_t *usecs)
{
	const char *p = text;
	uint64_t value, factor = USECS_PER_SEC;

	if (!digits(&p, &value))
		return vif_error(config, EINVAL, "invalid replenishment interval", text);
	if (*p == 'u' || *p == 'm')
		factor = *p++ == 'u' ? 1 : 1000;
	if (*p == 's')
		p++;
	if (*p)
		return vif_error(config, EINVAL, "invalid replenishment interval", text);
	if (value == 0 || __builtin_mul_overflow(value, factor, &value) || value > UINT32_MAX)
		return vif_error(config, EOVERFLOW, "replenishment interval overflow", text);
	*usecs = (uint32_t)value;
	return 0;
}

/* 0, EINVAL, EOVERFLOW or ENOMEM; @nic changes only on success. */
int xlu_vif_parse_rate(XLU_Config *config, const char *rate, libxl_device_nic *nic)
{
	const char *at = strchrnul(rate, '@');
	uint64_t bytes_per_sec, bytes;
	uint32_t usecs = DEFAULT_INTERVAL_USECS;
	char speed[64];
	int rc;

	if (at == rate)
		return vif_error(config, EINVAL, "no rate specified", rate);
	if ((size_t)(at - rate) >= sizeof(speed))
		return vif_error(config, EINVAL, "invalid rate", rate);
	memcpy(speed, rate, (size_t)(at - rate));
	speed[at - rate] = '\0';
	rc = parse_bytes_per_sec(config, speed, &bytes_per_sec);
	if (!rc && *at)
		rc = parse_interval(config, at + 1, &usecs);
	if (rc)
		return rc;
	if (__builtin_mul_overflow(bytes_per_sec, (uint64_t)usecs, &bytes))
		return vif_error(config, EOVERFLOW, "rate overflow", speed);
	nic->rate_bytes_per_interval = bytes / USECS_PER_SEC;
	nic->rate_interval_usecs = usecs;
	return 0;
}
