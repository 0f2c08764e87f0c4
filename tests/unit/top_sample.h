/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Answers of a nacred with three domains, for the tests of xentop. */
#ifndef NACRE_TESTS_TOP_SAMPLE_H
#define NACRE_TESTS_TOP_SAMPLE_H

#define TOP_HOST                                                                                   \
	"{\"xen_major\":4,\"xen_minor\":17,\"xen_extra\":\".0-nacre\",\"nr_cpus\":2,"              \
	"\"cpu_khz\":2445000,\"total_kib\":1048576,\"free_kib\":786432}"

#define TOP_DOMAIN(id, name, state, ns, kib, max, vcpus)                                           \
	"{\"domid\":" #id ",\"name\":\"" name "\",\"state\":{" state "},\"cpu_time_ns\":" ns       \
	",\"current_memkb\":" #kib ",\"max_memkb\":" max ",\"vcpu_max_id\":" #vcpus                \
	",\"shutdown_reason\":null,\"cpupool\":\"Pool-0\"}"

/* Seconds that the guest web ran, as the start of nanoseconds. */
#define TOP_DOMAINS(web)                                                                           \
	"{\"domains\":[" TOP_DOMAIN(                                                               \
		0, "Domain-0", "\"running\":true", "12000000000", 65536, "17179869180",            \
		0) "," TOP_DOMAIN(7, "web", "\"blocked\":true", web "000000000", 131072, "132096", \
				  1) "," TOP_DOMAIN(3, "a-rather-long-name", "\"paused\":true",    \
						    "0", 8260, "9216", 0) "]}"

#define TOP_VCPU(id, online, cpu, ns)                                                              \
	"{\"id\":" #id ",\"online\":" online ",\"running\":false,\"blocked\":true,\"cpu\":" #cpu   \
	",\"time_ns\":" ns "}"

#define TOP_VCPUS                                                                                                                                              \
	"{\"domains\":[{\"domid\":0,\"vcpus\":[" TOP_VCPU(                                                                                                     \
		0, "true", 1,                                                                                                                                  \
		"12000000000") "]},{\"domid\":7,\"vcpus\":[" TOP_VCPU(0, "true", 0,                                                                            \
								      "4000000000") "," TOP_VCPU(1,                                                            \
												 "true",                                                       \
												 1,                                                            \
												 "2000000000") "]},{\"domid\":3,\"vcpus\":[" TOP_VCPU(0,       \
																		      "false", \
																		      0,       \
																		      "0") "]},{\"domid\":9,\"vcpus\":[]}]}"

#define TOP_SHARES                                                                                 \
	"{\"domains\":[{\"domid\":0,\"weight\":256,\"cap\":0},{\"domid\":7,\"weight\":512,"        \
	"\"cap\":50},{\"domid\":3,\"weight\":null,\"cap\":null}]}"

#define TOP_STATS                                                                                  \
	"{\"domains\":[{\"domid\":7,\"running_ns\":6000000000,\"waiting_ns\":1000000000,"          \
	"\"blocked_ns\":2000000000,\"parked_ns\":5000000000,\"parks\":42,\"wakes\":77}]}"

#endif
