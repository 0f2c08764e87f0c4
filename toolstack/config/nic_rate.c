/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* "10Mb/s@20ms": a rate and how often it is topped up. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "nic_spec.h"

#define DEFAULT_INTERVAL_US 50000 /* libxl's */

static void complain(const char *source, const char *what, const char *rate, FILE *report)
{
	if (report)
		fprintf(report, "%s: config parsing error in vif: %s in `%s'\n", source, what,
			rate);
}

static bool matches(const char *text, const char *pattern)
{
	regex_t compiled;
	bool found;

	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&compiled, text, 0, NULL, 0);
	regfree(&compiled);
	return found;
}

/* A number that fits 32 bits and is not 0; *@unit: behind it. */
static int number(const char *text, uint64_t *value, const char **unit)
{
	char *rest;

	errno = 0;
	*value = strtoull(text, &rest, 0);
	*unit = rest;
	return !*value || *value > UINT32_MAX || errno ? -EOVERFLOW : 0;
}

static int bytes_per_second(const char *text, uint64_t *bytes)
{
	const char *unit;

	if (!matches(text, "^[0-9]+[GMK]?[Bb]/s$"))
		return -EINVAL;
	if (number(text, bytes, &unit))
		return -EOVERFLOW;
	if (*unit == 'G')
		*bytes *= 1000000000;
	else if (*unit == 'M')
		*bytes *= 1000000;
	else if (*unit == 'K')
		*bytes *= 1000;
	if (unit[0] == 'b' || unit[1] == 'b')
		*bytes /= 8;
	return 0;
}

static int microseconds(const char *text, uint64_t *us)
{
	const char *unit;

	if (!matches(text, "^[0-9]+[mu]?s?$"))
		return -EINVAL;
	if (number(text, us, &unit))
		return -EOVERFLOW;
	if (*unit == 's' || !*unit)
		*us *= 1000000;
	else if (*unit == 'm')
		*us *= 1000;
	return *us > UINT32_MAX ? -EOVERFLOW : 0;
}

static int parse_rate(const char *source, const char *rate, char *copy, uint64_t *bytes,
		      uint64_t *us, FILE *report)
{
	char *interval = strchr(copy, '@');
	int rc;

	if (interval)
		*interval++ = '\0';
	if (!*copy) {
		complain(source, "no rate specified", rate, report);
		return -EINVAL;
	}
	rc = bytes_per_second(copy, bytes);
	if (rc) {
		complain(source, rc == -EINVAL ? "invalid rate" : "rate overflow", copy, report);
		return rc;
	}
	rc = interval ? microseconds(interval, us) : 0;
	if (rc)
		complain(source,
			 rc == -EINVAL ? "invalid replenishment interval"
				       : "replenishment interval overflow",
			 interval, report);
	return rc;
}

int nic_rate_parse(const char *source, const char *rate, uint64_t *bytes_per_interval,
		   uint32_t *interval_us, FILE *report)
{
	uint64_t bytes = 0, us = DEFAULT_INTERVAL_US;
	char *copy = strdup(rate);
	int rc = copy ? parse_rate(source, rate, copy, &bytes, &us, report) : -ENOMEM;

	if (!rc && bytes > UINT64_MAX / us) {
		complain(source, "rate overflow", rate, report);
		rc = -EOVERFLOW;
	}
	if (!rc) {
		*bytes_per_interval = bytes * us / 1000000;
		*interval_us = (uint32_t)us;
	}
	free(copy);
	return rc;
}
