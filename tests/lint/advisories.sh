#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The index of advisories (tests/guests/advisories.json, installed with the product)
# says what is there: each row is whole, each test that it names exists in the
# environments that it names, and each advisory-* test is in it.
set -u
cd "$1" || exit 1
command -v python3 >/dev/null || {
	echo "SKIP lint.advisories: python3 is not installed"
	exit 0
}
ctest --test-dir "$2" -N | sed -n 's/^ *Test *#[0-9]*: //p' >"$2/ctest-names.txt"
python3 - "$2/ctest-names.txt" <<'EOF'
import json, os, re, sys

bad = []
index = json.load(open("tests/guests/advisories.json"))
ctests = set(open(sys.argv[1]).read().split())
# clang's: not in every build.
ctests |= {"fuzz.hypercall", "fuzz.leaks"}
guests = {}
for line in open("tests/guests/guests.txt"):
    words = line.split()
    if words and not line.startswith("#"):
        guests[words[0]] = words[1].split(",")

FIELDS = {"id", "cve", "class", "tried", "test", "environments"}
seen, named = set(), set()
for row in index:
    name = row.get("id", "?")
    if set(row) != FIELDS:
        bad.append(f"{name}: fields are {sorted(row)}, not {sorted(FIELDS)}")
        continue
    if not re.fullmatch(r"XSA-\d+|class-[a-z0-9-]+", name) or name in seen:
        bad.append(f"{name}: not an advisory's number, or twice")
    seen.add(name)
    bad += [f"{name}: '{c}' is no CVE" for c in row["cve"] if not re.fullmatch(r"CVE-\d{4}-\d{4,}", c)]
    if not row["class"] or len(row["tried"]) < 20:
        bad.append(f"{name}: says too little")
    built = {"host"}
    for test in row["test"]:
        ctest, _, case = test.partition(" ")
        if ctest not in ctests:
            bad.append(f"{name}: there is no test '{ctest}'")
        if ctest == "guest.all":
            named.add(case)
            built |= set(guests.get(case, []))
            if case not in guests:
                bad.append(f"{name}: guest '{case}' is not in guests.txt")
        elif ctest.startswith("stack.") and case:
            script = f"tests/stack/{ctest[6:]}.sh"
            if not os.path.exists(script) or case.rstrip(".*") not in open(script).read():
                bad.append(f"{name}: {script} has no case '{case}'")
            guest = case if case in guests else "advisory-" + case.split(".")[0]
            built |= set(guests.get(guest, []))
            named.add(guest)
    missing = set(row["environments"]) - built
    if missing or not row["environments"]:
        bad.append(f"{name}: nothing is built for {sorted(missing)}")

folders = {d for d in os.listdir("tests/guests") if d.startswith("advisory-")}
bad += [f"tests/guests/{d} is in no row" for d in sorted(folders - named)]
for name in sorted(set(guests) & folders):
    if name not in named:
        bad.append(f"{name} is in no row")
order = [int(r["id"][4:]) for r in index if r["id"].startswith("XSA-")]
if order != sorted(order):
    bad.append("rows are not sorted by number")
for line in bad:
    print("advisories:", line)
print(len(index), "advisories")
sys.exit(bool(bad))
EOF
