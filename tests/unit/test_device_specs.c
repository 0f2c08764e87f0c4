/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Disks and interfaces: what real xl 4.17.7 makes of each text, recorded. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "disk_spec.h"
#include "nic_spec.h"

static char *report;
static size_t report_len;

static FILE *open_report(void)
{
	free(report);
	report = NULL;
	return open_memstream(&report, &report_len);
}

static void expect_json(struct json *v, const char *expected, const char *spec)
{
	char *text = json_print(v, false);

	cr_expect_str_eq(text, expected, "%s gives %s", spec, text);
	free(text);
	json_free(v);
}

static void disk(const char *spec, const char *expected)
{
	struct disk_spec d = {0};
	FILE *out = open_report();

	cr_expect_eq(disk_spec_parse("t", &spec, 1, &d, out), 0, "%s", spec);
	fclose(out);
	cr_expect_str_eq(report, "");
	expect_json(disk_spec_to_json(&d), expected, spec);
	disk_spec_clear(&d);
}

static void bad_disk(const char *spec, const char *message)
{
	struct disk_spec d = {0};
	char whole[256];
	FILE *out = open_report();

	cr_expect_eq(disk_spec_parse("t", &spec, 1, &d, out), -EINVAL, "%s", spec);
	fclose(out);
	snprintf(whole, sizeof(whole),
		 "t: config parsing error in disk specification: %s in `%s'\n", message, spec);
	cr_expect_str_eq(report, whole);
	disk_spec_clear(&d);
}

Test(disk_spec, positions_keys_and_old_prefixes)
{
	disk("/a,raw,xvda,w",
	     "{\"pdev_path\":\"/a\",\"vdev\":\"xvda\",\"format\":\"raw\",\"readwrite\":1}");
	disk("phy:/dev/x, xvda ,r",
	     "{\"pdev_path\":\"/dev/x\",\"vdev\":\"xvda \",\"format\":\"raw\"}");
	disk("tap2:aio:/x,xvda",
	     "{\"pdev_path\":\"/x\",\"vdev\":\"xvda\",\"format\":\"raw\",\"readwrite\":1}");
	disk("iscsi:abc,xvdb",
	     "{\"pdev_path\":\"abc\",\"vdev\":\"xvdb\",\"format\":\"raw\",\"script\":"
	     "\"block-iscsi\",\"readwrite\":1}");
	disk(",hda:cdrom",
	     "{\"pdev_path\":\"\",\"vdev\":\"hda\",\"format\":\"empty\",\"removable\":1,"
	     "\"is_cdrom\":1}");
	disk("format=qcow2,vdev=hdc,access=ro,devtype=cdrom,target=/x,y,",
	     "{\"pdev_path\":\"/x,y\",\"vdev\":\"hdc\",\"format\":\"qcow2\",\"removable\":1,\"is_"
	     "cdrom\":1}");
	disk("/a,,b,,direct-io-safe,no-discard,colo,colo-port=5,specification=virtio,backendtype="
	     "phy,"
	     "backend=dd",
	     "{\"backend_domname\":\"dd\",\"pdev_path\":\"/a\",\"vdev\":\"b\",\"backend\":\"phy\","
	     "\"format\":\"raw\",\"readwrite\":1,\"direct_io_safe\":true,\"discard_enable\":"
	     "\"False\",\"specification\":\"virtio\",\"colo_enable\":\"True\",\"colo_port\":5}");
	disk("foo:bar,raw,hda", "{\"pdev_path\":\"foo:bar\",\"vdev\":\"hda\",\"format\":\"raw\","
				"\"readwrite\":1}");
}

Test(disk_spec, refusals)
{
	bad_disk("", "no vdev specified");
	bad_disk("a=", "no vdev specified");
	bad_disk("vdev=a", "no target specified (and device not removable)");
	bad_disk("foo=bar,a,b,c", "unknown parameter: near `foo=b'");
	bad_disk("cdrom=,vdev=a", "bad disk syntax: near `=,vdev=a'");
	bad_disk("foo:/bar,raw,hda", "unknown deprecated disk prefix: near `foo:'");
	bad_disk("vdev=a,vdev=b,target=c", "vdev respecified: near `b'");
	bad_disk("format=raw,format=vhd,target=c", "format respecified: near `vhd'");
	bad_disk("/a,raw,xvda,w,untrusted", "too many positional parameters: near `untrusted'");
	bad_disk("/a,raw,xvda,x", "unknown value for access: near `x'");
	bad_disk("/a,raw,xvda,devtype=y,w", "unknown value for type: near `devtype=y,'");
	bad_disk("/a,raw,xvda:tape", "unknown deprecated type: near `tape'");
}

Test(disk_spec, several_texts_are_one_disk)
{
	static const char *const specs[] = {"/a", "raw,xvda", "access=r"};
	struct disk_spec d = {0};

	cr_expect_eq(disk_spec_parse("t", specs, 3, &d, stderr), 0);
	cr_expect_str_eq(d.vdev, "xvda");
	cr_expect_not(d.readwrite);
	disk_spec_clear(&d);
}

static const struct nic_defaults none;

static void nic(const char *spec, const struct nic_defaults *defaults, int rc, const char *expected,
		const char *said)
{
	struct json *v;
	FILE *out = open_report();

	cr_expect_eq(nic_spec_parse("t", spec, defaults, 0, &v, out), rc, "%s", spec);
	fclose(out);
	cr_expect_str_eq(report, said, "%s: %s", spec, report);
	expect_json(v, expected, spec);
}

Test(nic_spec, parameters)
{
	static const struct nic_defaults conf = {"s", "b", "g", "d"};

	nic("", &none, 0, "{\"devid\":0}", "");
	nic("bridge=br0, mac=00:16:3e:1:2:3,trusted,type=ioemu,mtu=9000,rate=10Mb/s@20ms,devid=7,"
	    "colo_checkpoint_port=4,forwarddev=f",
	    &none, 0,
	    "{\"devid\":7,\"mtu\":9000,\"mac\":\"00:16:3e:01:02:03\",\"bridge\":\"br0\","
	    "\"nictype\":"
	    "\"vif_ioemu\",\"rate_bytes_per_interval\":25000,\"rate_interval_usecs\":20000,"
	    "\"coloft_forwarddev\":\"f\",\"colo_checkpoint_port\":\"4\",\"trusted\":\"True\"}",
	    "");
	nic("bridge=mine", &conf, 0,
	    "{\"backend_domname\":\"d\",\"devid\":0,\"bridge\":\"mine\",\"script\":\"s\","
	    "\"gatewaydev\":\"g\"}",
	    "");
	nic("netdev=n,accel=1", &none, 0, "{\"devid\":0,\"gatewaydev\":\"n\"}",
	    "the netdev parameter is deprecated, please use gatewaydev instead\n"
	    "the accel parameter for vifs is currently not supported\n");
}

Test(nic_spec, what_is_wrong_is_left_out)
{
	nic("foo,trusted=1,bridge=b", &none, -EINVAL, "{\"devid\":0,\"bridge\":\"b\"}",
	    "unrecognized argument `foo'\nunrecognized argument `trusted=1'\n");
	nic("mac=02:zz,type=x", &none, -EINVAL, "{\"devid\":0,\"mac\":\"02:00:00:00:00:00\"}",
	    "Invalid parameter `mac'.\nInvalid parameter `type'.\n");
	nic("mtu=x", &none, -ERANGE, "{\"devid\":0}", "xl: failed to convert \"x\" to number\n");
	nic("rate=5", &none, -ERANGE, "{\"devid\":0}",
	    "t: config parsing error in vif: invalid rate in `5'\n");
}

static void rate(const char *text, int rc, uint64_t bytes, uint32_t us)
{
	uint64_t b = 0;
	uint32_t u = 0;

	cr_expect_eq(nic_rate_parse("t", text, &b, &u, NULL), rc, "%s", text);
	cr_expect_eq(b, bytes, "%s: %lu", text, b);
	cr_expect_eq(u, us, "%s: %u", text, u);
}

Test(nic_spec, rates)
{
	rate("1GB/s@1s", 0, 1000000000, 1000000);
	rate("100Kb/s@20ms", 0, 250, 20000);
	rate("1MB/s", 0, 50000, 50000);
	rate("010b/s@7us", 0, 0, 7); /* octal, and less than one byte */
	rate("", -EINVAL, 0, 0);
	rate("1b/s@", -EINVAL, 0, 0);
	rate("08b/s", -EOVERFLOW, 0, 0);
	rate("4294967296b/s", -EOVERFLOW, 0, 0);
	rate("1b/s@4295s", -EOVERFLOW, 0, 0);
	rate("4294967295GB/s@4000s", -EOVERFLOW, 0, 0);
}
