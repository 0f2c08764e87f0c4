/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the types of libxl do with bad input, and what their header promises beyond
 * what tests/abi compares with real libxl. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"
#include "type.h"

static struct libxl__ctx ctx; /* without a logger: nothing is said */

Test(libxl_types, a_boolean_that_was_not_said_has_no_value, .signal = SIGABRT)
{
	libxl_defbool db = {0};

	libxl_defbool_val(db);
}

Test(libxl_types, an_arm_is_chosen_once, .signal = SIGABRT)
{
	libxl_domain_build_info info;

	libxl_domain_build_info_init(&info);
	libxl_domain_build_info_init_type(&info, LIBXL_DOMAIN_TYPE_PVH);
	libxl_domain_build_info_init_type(&info, LIBXL_DOMAIN_TYPE_PVH);
}

Test(libxl_types, two_arms_in_a_text_are_refused)
{
	libxl_domain_build_info info;

	cr_assert_eq(libxl_domain_build_info_from_json(
			     &ctx, &info, "{\"type.pvh\":{\"pvshim_path\":\"x\"},\"type.pv\":{}}"),
		     ERROR_FAIL);
	libxl_domain_build_info_dispose(&info);
}

Test(libxl_types, numbers_of_64_bits_are_read_back)
{
	libxl_numainfo info, again;
	char *text;

	libxl_numainfo_init(&info);
	info.size = UINT64_MAX;
	info.free = 1ULL << 63;
	text = libxl_numainfo_to_json(&ctx, &info);
	cr_assert_eq(libxl_numainfo_from_json(&ctx, &again, text), 0);
	cr_assert_eq(again.size, info.size);
	cr_assert_eq(again.free, info.free);
	free(text);
	cr_assert_neq(libxl_numainfo_from_json(&ctx, &again, "{\"size\":18446744073709551616}"), 0);
	cr_assert_neq(libxl_numainfo_from_json(&ctx, &again, "{\"size\":-9223372036854775809}"), 0);
	/* Not 1, as real libxl reads it, but no whole number at all. */
	cr_assert_eq(libxl_numainfo_from_json(&ctx, &again, "{\"size\":1e3}"), 0);
	cr_assert_eq(again.size, 0);
}

static void must_refuse(const struct libxl__type *type, const char *text)
{
	void *p = calloc(1, type->size);

	cr_assert_eq(libxl__type_from_json(&ctx, type, p, text), ERROR_FAIL, "%s", text);
	libxl__type_dispose(type, p);
	free(p);
}

Test(libxl_types, bits_of_a_leaf_are_never_read_beyond_their_end)
{
	must_refuse(&libxl__type_domain_build_info, "{\"cpuid\":[{\"leaf\":1,\"eax\":\"1\"}]}");
	must_refuse(&libxl__type_domain_build_info,
		    "{\"cpuid\":{\"cpuid\":[],\"msr\":[{\"index\":1,\"policy\":\"1\"}]}}");
	must_refuse(&libxl__type_domain_build_info,
		    "{\"cpuid\":{\"cpuid\":[{\"leaf\":1}],\"msr\":[{\"index\":1}]}}");
}

Test(libxl_types, a_few_bytes_do_not_take_much_memory)
{
	libxl_cpupoolinfo info;

	must_refuse(&libxl__type_cpupoolinfo, "{\"cpumap\":[2147483646]}");
	must_refuse(&libxl__type_cpupoolinfo, "{\"cpumap\":[-1]}");
	must_refuse(&libxl__type_cpupoolinfo, "{\"cpumap\":[9223372036854775807]}");
	cr_assert_eq(libxl_cpupoolinfo_from_json(&ctx, &info, "{\"cpumap\":[65535]}"), 0);
	cr_assert_eq(info.cpumap.size, 8192);
	libxl_cpupoolinfo_dispose(&info);
}

Test(libxl_types, bytes_are_bytes)
{
	must_refuse(&libxl__type_device_nic, "{\"mac\":\"00:16:3e:00:00:01:\"}");
	must_refuse(&libxl__type_device_nic, "{\"mac\":\"00:16:3e:00:00: 1\"}");
	must_refuse(&libxl__type_device_nic, "{\"mac\":\"00:16:3e:00:00:-1\"}");
	must_refuse(&libxl__type_domain_build_info,
		    "{\"type.hvm\":{\"ms_vm_genid\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,256]}}");
	must_refuse(&libxl__type_physinfo, "{\"hw_cap\":[0,0,0,4294967296]}");
}

/* Neither the parser nor what frees its nodes may recurse. */
Test(libxl_types, nesting_takes_no_stack)
{
	enum { DEPTH = 300000 };
	static const char begin[] = "{\"x\":";
	char *text = malloc(sizeof(begin) + 2 * DEPTH + 32);
	libxl_cputopology info;

	strcpy(text, begin);
	memset(text + sizeof(begin) - 1, '[', DEPTH);
	memset(text + sizeof(begin) - 1 + DEPTH, ']', DEPTH);
	strcpy(text + sizeof(begin) - 1 + 2 * DEPTH, ",\"core\":7}");
	cr_assert_eq(libxl_cputopology_from_json(&ctx, &info, text), 0);
	cr_assert_eq(info.core, 7);
	free(text);
}

/* Half of a struct was filled when the text turned out bad: all of it is freed. */
Test(libxl_types, what_was_refused_can_be_disposed_of)
{
	must_refuse(&libxl__type_domain_config,
		    "{\"c_info\":{\"name\":\"web\",\"xsdata\":{\"a\":\"b\",\"c\":\"d\"}},"
		    "\"disks\":[{\"vdev\":\"xvda\"},{\"vdev\":\"xvdb\",\"format\":\"no\"}]}");
	must_refuse(&libxl__type_domain_build_info, "{\"extra\":[\"a\",\"b\",3]}");
	must_refuse(&libxl__type_domain_create_info, "{\"xsdata\":{\"a\":\"b\",\"c\":[]}}");
	must_refuse(&libxl__type_device_vsnd,
		    "{\"pcms\":[{\"name\":\"x\",\"streams\":[{\"unique_id\":\"y\",\"type\":1,"
		    "\"params\":{\"sample_rates\":[1,2,-1]}}]}]}");
}

Test(libxl_types, a_text_cut_anywhere_is_refused_or_read_and_nothing_stays)
{
	static const char text[] = "{\"c_info\":{\"type\":\"pvh\",\"name\":\"w\\u00fc\",\"xsdata\":"
				   "{\"k\":\"v\"}},\"b_info\":"
				   "{\"avail_vcpus\":[0,1],\"cpuid\":[{\"leaf\":1}],\"type.pvh\":{"
				   "\"pvshim\":\"True\"}},"
				   "\"nics\":[{\"mac\":\"00:16:3e:00:00:01\"}]}";
	libxl_domain_config config;
	size_t len;

	for (len = 0; len < sizeof(text) - 1; len++) {
		char *cut = strndup(text, len);

		cr_assert_eq(libxl_domain_config_from_json(&ctx, &config, cut), ERROR_FAIL);
		libxl_domain_config_dispose(&config);
		free(cut);
	}
	cr_assert_eq(libxl_domain_config_from_json(&ctx, &config, text), 0);
	cr_assert_str_eq(config.c_info.name, "w\xc3\xbc");
	cr_assert_eq(config.num_nics, 1);
	libxl_domain_config_dispose(&config);
}

Test(libxl_types, nothing_and_lists_are_disposed_of)
{
	libxl_dominfo *list = calloc(2, sizeof(*list));

	list[0].ssid_label = strdup("a");
	list[1].ssid_label = strdup("b");
	libxl_dominfo_list_free(list, 2);
	libxl_dominfo_list_free(NULL, 0);
	libxl_domain_config_dispose(NULL);
}

Test(libxl_types, fields_that_others_replaced_are_moved_there)
{
	libxl_domain_build_info info;

	libxl_domain_build_info_init(&info);
	libxl_domain_build_info_init_type(&info, LIBXL_DOMAIN_TYPE_PV);
	info.u.pv.kernel = strdup("/k");
	info.u.pv.bootloader_args = calloc(2, sizeof(char *));
	info.u.pv.bootloader_args[0] = strdup("-q");
	info.cmdline = strdup("quiet");
	cr_assert_eq(libxl__domain_build_info_copy_deprecated(&ctx, &info), 0);
	cr_assert_str_eq(info.kernel, "/k");
	cr_assert_null(info.u.pv.kernel);
	cr_assert_str_eq(info.bootloader_args[0], "-q");
	cr_assert_null(info.u.pv.bootloader_args);
	cr_assert_str_eq(info.cmdline, "quiet");
	info.u.pv.cmdline = strdup("other");
	cr_assert_eq(libxl__domain_build_info_copy_deprecated(&ctx, &info), -EINVAL);
	libxl_domain_build_info_dispose(&info);

	libxl_domain_build_info_init(&info);
	libxl_domain_build_info_init_type(&info, LIBXL_DOMAIN_TYPE_HVM);
	info.u.hvm.timer_mode = LIBXL_TIMER_MODE_NO_MISSED_TICKS_PENDING;
	libxl_defbool_set(&info.u.hvm.apic, false);
	cr_assert_eq(libxl__domain_build_info_copy_deprecated(&ctx, &info), 0);
	cr_assert_eq(info.timer_mode, LIBXL_TIMER_MODE_NO_MISSED_TICKS_PENDING);
	cr_assert_eq(info.u.hvm.timer_mode, LIBXL_TIMER_MODE_UNKNOWN);
	cr_assert(!libxl_defbool_val(info.apic));
	cr_assert(libxl_defbool_is_default(info.u.hvm.apic));
	libxl_domain_build_info_dispose(&info);
}
