/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The verbs of devices: what they print and say, and that libxl alone is asked. */
#include <criterion/criterion.h>
#include <string.h>

#include "xl_run.h"

TestSuite(xl_device, .init = xl_setup, .fini = xl_teardown, .timeout = 60);

#define G1                                                                                         \
	{                                                                                          \
		.method = "domain.identify", .needle = "\"g1\"",                                   \
		.json = "{\"domid\":1,\"name\":\"g1\"}"                                            \
	}
#define NO_BACKEND "libxl: error: unable to add device: there is no backend for such devices yet\n"

Test(xl_device, dry_runs_show_what_libxl_took)
{
	SCRIPT(G1);
	expect("-N vkb-attach g1 backend-type=linux width=10,height=11 feature-raw-pointer=1", 0,
	       "vkb: {\n    \"backend_type\": \"linux\",\n    \"feature_raw_pointer\": true,\n"
	       "    \"width\": 10,\n    \"height\": 11\n}\n\n",
	       "");
	expect("-N vtpm-attach g1 backend=b", 0, "vtpm: {\n    \"backend_domname\": \"b\"\n}\n\n",
	       "");
	expect("-N network-attach g1 mac=00:16:3e:00:00:01", 0,
	       "vif: {\n    \"mac\": \"00:16:3e:00:00:01\"\n}\n\n", "");
	expect("-N block-attach g1 phy:/dev/null,xvda,r", 0,
	       "disk: {\n    \"pdev_path\": \"/dev/null\",\n    \"vdev\": \"xvda\",\n"
	       "    \"format\": \"raw\"\n}\n\n",
	       "");
}

Test(xl_device, attaching_fails_with_the_reason)
{
	SCRIPT(G1);
	expect("network-attach g1", 1, "", NO_BACKEND "libxl_device_nic_add failed.\n");
	expect("block-attach g1 phy:/dev/null,xvda,w", 1, "",
	       NO_BACKEND "libxl_device_disk_add failed.\n");
	expect("vkb-attach g1 width=9", 1, "", NO_BACKEND "libxl_device_vkb_add failed.\n");
	expect("vkb-attach g1 width=9,x=1", 255, "", "Unknown string \"x=1\" in vkb spec\n");
	expect("-N vsnd-attach g1 CARD", 253, "", NO_BACKEND "libxl_device_vsnd_add failed.\n");
	expect("usbctrl-attach g1 type=pv ports=31", 1, "",
	       NO_BACKEND "libxl_device_usbctrl_add failed.\n");
	expect("usbctrl-attach g1 version=2,ports=32", 1, "",
	       "libxl: error: Number of ports for USB controller is limited to 31\n"
	       "libxl: error: unable to add device\nlibxl_device_usbctrl_add failed.\n");
	expect("usbctrl-attach g1 type=x", 1, "", "Invalid usb controller type 'x'\n");
	expect("vdispl-attach g1 connectors=a:1x1", 1, "",
	       NO_BACKEND "libxl_device_vdispl_add failed.\n");
	expect("pci-attach g1 3:0.1", 1, "",
	       "libxl: error: Looks like pciback driver not loaded\n"
	       "libxl: error: Domain 1:PCI device 0:3:0.1 is not assignable\n"
	       "libxl: error: Domain 1:libxl__device_pci_add failed for PCI device 0:3:0.1 "
	       "(rc -3)\nlibxl: error: unable to add device\n");
	expect("network-attach nodom", 1, "", "nodom is an invalid domain identifier (rc=-6)\n");
	expect("vtpm-attach nodom", 1, "", "nodom is an invalid domain identifier\n");
	cr_expect_null(strstr(fake_nacred_requests(), "attach"));
}

Test(xl_device, nothing_to_detach_or_list)
{
	SCRIPT(G1, {.method = "host.info",
		    .json = "{\"max_cpu_id\":0,\"cpu_topology\":[{\"cpu\":0,\"socket\":0}]}"});
	expect("network-detach g1 0", 1, "", "Unknown device 0.\n");
	expect("network-detach g1 00:16:3e:00:00:01", 1, "", "Unknown device 00:16:3e:00:00:01.\n");
	expect("block-detach --force g1 xvda", 1, "", "Error: Device xvda not connected.\n");
	expect("vkb-detach g1 7x", 253, "", "Error: Device 7 not connected.\n");
	expect("usbdev-detach g1 0 1", 1, "", "Unknown device 0.\n");
	expect("vtpm-detach g1 65622c59-e557-4667-9137-aaa6b8bdd5d7", 1, "",
	       "Unknown device 65622c59-e557-4667-9137-aaa6b8bdd5d7.\n");
	expect("vsnd-list g1 77", 0, "", "");
	expect("block-list nodom g1", 0, NULL, "nodom is an invalid domain identifier\n");
	expect("pci-list g1 nodom", 1, "", "nodom is an invalid domain identifier (rc=-6)\n");
	expect("psr-mba-set g1 5", 253, "", "libxl: error: MBA: is not supported in this system\n");
}
