/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisory_id.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* All of @text are digits, one to seven of them. */
static bool is_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len <= 7 && !text[len];
}

bool advisory_id_parse(const char *text, char id[ADVISORY_ID_MAX])
{
	const char *number = text;
	unsigned int groups = 1;
	size_t i;

	if (strncasecmp(text, "XSA", 3) == 0)
		number += text[3] == '-' ? 4 : 3;
	if (is_number(number)) {
		snprintf(id, ADVISORY_ID_MAX, "XSA-%ld", strtol(number, NULL, 10));
		return true;
	}
	if (!is_letter(text[0]))
		return false;
	for (i = 0; text[i]; i++) {
		char c = text[i];

		if (i == ADVISORY_ID_MAX - 1)
			return false;
		if (c == '-' && (text[i - 1] == '-' || !text[i + 1]))
			return false;
		if (c != '-' && !is_letter(c) && !is_digit(c))
			return false;
		groups += c == '-';
		id[i] = (char)toupper((unsigned char)c);
	}
	id[i] = '\0';
	return groups > 1;
}

int advisory_id_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			char *end_a, *end_b;
			unsigned long na = strtoul(a, &end_a, 10), nb = strtoul(b, &end_b, 10);

			if (na != nb)
				return na < nb ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a != *b) {
			return *a < *b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return *a ? 1 : *b ? -1 : 0;
}

bool advisory_id_is_cve(const char *id)
{
	size_t digits;

	if (strncmp(id, "CVE-", 4) != 0 || strspn(id + 4, "0123456789") != 4 || id[8] != '-')
		return false;
	digits = strspn(id + 9, "0123456789");
	return digits >= 4 && digits <= 12 && !id[9 + digits];
}

long advisory_id_xsa(const char *id)
{
	if (strncmp(id, "XSA-", 4) != 0 || !is_number(id + 4))
		return -1;
	return strtol(id + 4, NULL, 10);
}

/* Exactly @digits digits at *@at, which moves behind them. */
static bool take_digits(const char **at, size_t digits, int *number)
{
	*number = 0;
	if (strspn(*at, "0123456789") < digits)
		return false;
	while (digits--)
		*number = *number * 10 + *(*at)++ - '0';
	return true;
}

static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "[T ]HH:MM[:SS[.fraction]](Z|+00:00)" */
static bool parse_clock(const char *text, struct tm *tm)
{
	if ((!take_char(&text, 'T') && !take_char(&text, ' ')) ||
	    !take_digits(&text, 2, &tm->tm_hour) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &tm->tm_min))
		return false;
	if (take_char(&text, ':')) {
		if (!take_digits(&text, 2, &tm->tm_sec))
			return false;
		if (take_char(&text, '.'))
			text += strspn(text, "0123456789");
	}
	return strcmp(text, "Z") == 0 || strcmp(text, "+00:00") == 0;
}

bool advisory_time_parse(const char *text, int64_t *seconds)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct tm tm = {0};

	if (!take_digits(&text, 4, &tm.tm_year) || !take_char(&text, '-') ||
	    !take_digits(&text, 2, &tm.tm_mon) || !take_char(&text, '-') ||
	    !take_digits(&text, 2, &tm.tm_mday))
		return false;
	if (*text && !parse_clock(text, &tm))
		return false;
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > days[tm.tm_mon - 1] || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*seconds = timegm(&tm);
	return true;
}

void advisory_time_print(int64_t seconds, char text[ADVISORY_TIME_MAX])
{
	time_t t = seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, ADVISORY_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, ADVISORY_TIME_MAX, "1970-01-01T00:00:00Z");
}
