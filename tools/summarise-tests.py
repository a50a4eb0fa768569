#!/usr/bin/env python3
# summarise-tests.py: counts meson's logs; names what was skipped; fails where anything failed
# SPDX-License-Identifier: LGPL-2.1-or-later
"""summarise-tests.py LOG-FOLDER: reads testlog.junit.xml and testlog.json of one run.

The JUnit log has the cases of a program, but not that the program crashed or ran out of time in the
middle of them; the JSON log has how each program ended. What either says counts.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

GOOD = {"OK", "SKIP", "EXPECTEDFAIL"}


def read_cases(folder):
    """The cases that passed, failed and were skipped, each as (program, name)."""
    passed, failed, skipped = [], [], []
    for suite in ET.parse(folder / "testlog.junit.xml").getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            name = (suite.get("name"), case.get("name"))
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None:
                skipped.append(name)
            else:
                passed.append(name)
    return passed, failed, skipped


def read_bad_programs(folder):
    """Programs that did not end well, with how they ended."""
    with open(folder / "testlog.json", encoding="utf-8") as lines:
        programs = [json.loads(line) for line in lines if line.strip()]
    return [(program["name"], program["result"]) for program in programs if program["result"] not in GOOD]


def main(folder):
    passed, failed, skipped = read_cases(folder)
    told = {part for case in failed for part in case if part}
    for name, result in read_bad_programs(folder):
        program = name.rpartition(" / ")[2]
        # A failed case of its own has told of it already.
        if not any(one == program or one.endswith(f" / {program}") for one in told):
            failed.append((name, f"the program as a whole: {result}"))
    for suite, name in failed:
        print(f"FAILED  {suite} {name}")
    for suite, name in skipped:
        print(f"skipped {suite} {name}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
