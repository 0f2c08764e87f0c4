#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The installed records, the index of evidence and the lists of fixes say the same:
# one record for each tested advisory, with its CVE ids and tests; each fix that a
# source lists belongs to a record that needs it, and its guard's file exists.
set -u
cd "$1" || exit 1
command -v python3 >/dev/null || {
	echo "SKIP lint.advisory_records: python3 is not installed"
	exit 0
}
python3 - <<'EOF'
import json, os, sys

bad = []
index = {r["id"]: r for r in json.load(open("tests/guests/advisories.json"))
         if r["id"].startswith("XSA-")}
DATA = "toolstack/advisory/data"
records = {}
for name in sorted(os.listdir(DATA)):
    record = json.load(open(f"{DATA}/{name}"))
    records[record["id"]] = record
    if name != record["id"] + ".json":
        bad.append(f"{DATA}/{name} holds {record['id']}")

fixes = {}
for component, folder in {"hypervisor": "hypervisor", "xenstored": "daemons/xenstored"}.items():
    listed = []
    for line in open(f"{folder}/fixes.txt"):
        if line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 2 or not os.path.exists(f"{folder}/{words[1]}"):
            bad.append(f"{folder}/fixes.txt: '{line.strip()}' names no file of {folder}")
        if words and words[0] in listed:
            bad.append(f"{folder}/fixes.txt: {words[0]} twice")
        listed += words[:1]
    fixes[component] = set(listed)

for name in sorted(set(index) ^ set(records)):
    bad.append(f"{name}: in {'the index' if name in index else DATA} only")
needed = {}
for name, record in records.items():
    row, side = index.get(name), record.get("products", {}).get("nacre", {})
    if row and record.get("cve", []) != row["cve"]:
        bad.append(f"{name}: its CVE ids are not those of the index")
    if row and record.get("evidence") != row["test"]:
        bad.append(f"{name}: its evidence is not the tests of the index")
    if "xen" not in record.get("products", {}) or not side:
        bad.append(f"{name}: does not speak of both products")
    if side.get("status") == "affected":
        for fix in side.get("fixed_by", {}).get("fixes", [name]):
            needed.setdefault(side.get("component", "hypervisor"), set()).add(fix)
for component in set(fixes) | set(needed):
    for fix in sorted(fixes.get(component, set()) ^ needed.get(component, set())):
        where = "no record of it" if fix in fixes.get(component, set()) else "not in fixes.txt"
        bad.append(f"{component}: {fix}: {where}")
for line in bad:
    print("advisory_records:", line)
print(len(records), "records")
sys.exit(bool(bad))
EOF
