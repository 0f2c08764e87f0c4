/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What nacre-simulate is asked, as JSON (nacre-simulate(8) lists the members), and
 * what it answers.
 */
#ifndef SIMULATE_ORDER_H
#define SIMULATE_ORDER_H

#include "forecast.h"
#include "json.h"

struct order {
	unsigned int seconds, cpu_seconds;
	struct forecast_machine machine;
	/* Of machine.domain[i], for the second run. */
	struct order_change {
		uint16_t weight, cap;
	} * after;
};

/* 0, or -1 and one line in @why.  order_free() follows either way. */
int order_read(struct order *o, const struct json *text, char *why, size_t len);
void order_free(struct order *o);

/* One run's results as an object. */
struct json *order_answer(const struct order *o, const struct forecast_result *r, double simulated);

#endif
