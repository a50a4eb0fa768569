#!/usr/bin/env python3
# summarise-tests.py: counts meson's JUnit log; names what was skipped; fails where anything failed
# SPDX-License-Identifier: LGPL-2.1-or-later
import sys
import xml.etree.ElementTree as ET

passed = failed = 0
skipped = []
for suite in ET.parse(sys.argv[1]).getroot().iter("testsuite"):
    for case in suite.iter("testcase"):
        name = f"{suite.get('name')} {case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAILED  {name}")
        elif case.find("skipped") is not None:
            skipped.append(name)
        else:
            passed += 1
for name in skipped:
    print(f"skipped {name}")
print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
sys.exit(1 if failed or not passed else 0)
