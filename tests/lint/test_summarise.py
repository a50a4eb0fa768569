#!/usr/bin/env python3
# test_summarise.py: no way for a test to end badly is counted as a pass, as real meson logs it
# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SUMMARISE = pathlib.Path(__file__).resolve().parents[2] / "tools" / "summarise-tests.py"

# How a program ends: what it does, and the protocol by which meson hears of it.
GOOD = {"fine": ("echo 1..2; echo ok 1 one; echo ok 2 two", "tap")}
BAD = {
    "crashed": ("echo 1..3; echo ok 1 one; kill -ABRT $$", "tap"),
    "cut-short": ("echo 1..3; echo ok 1 one", "tap"),
    "bad-status": ("echo 1..1; echo ok 1 one; exit 1", "tap"),
    "not-ok": ("echo 1..2; echo ok 1 one; echo not ok 2 two", "tap"),
    "too-long": ("echo 1..2; echo ok 1 one; exec sleep 60", "tap"),
    "plain-failure": ("exit 1", "exitcode"),
    "plain-crash": ("kill -SEGV $$", "exitcode"),
}


def run(programs):
    """Runs real meson over such programs; returns the summary's status and its text."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = ["project('p')", "sh = find_program('sh')"]
        lines += [f"test('{program}', sh, args: ['-c', '{script}'], protocol: '{protocol}', timeout: 2, suite: 'unit')"
                  for program, (script, protocol) in programs.items()]
        (folder / "meson.build").write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(["meson", "setup", "b"], cwd=folder, check=True, capture_output=True)
        subprocess.run(["meson", "test", "-C", "b"], cwd=folder, capture_output=True)
        done = subprocess.run([sys.executable, str(SUMMARISE), str(folder / "b" / "meson-logs")],
                              capture_output=True, text=True)
        return done.returncode, done.stdout


class Summarising(unittest.TestCase):
    def test_good(self):
        self.assertEqual((0, "2 passed, 0 failed, 0 skipped\n"), run(GOOD))

    def test_each_bad_end_counts(self):
        for name, program in BAD.items():
            with self.subTest(name):
                status, text = run({**GOOD, name: program})
                self.assertEqual(1, status, text)
                self.assertIn(name, text)
                self.assertGreaterEqual(int(re.search(r"(\d+) failed", text)[1]), 1, text)

    def test_several_at_once(self):
        status, text = run({**GOOD, **BAD})
        self.assertEqual(1, status)
        self.assertGreaterEqual(int(re.search(r"(\d+) failed", text)[1]), len(BAD), text)


if __name__ == "__main__":
    unittest.main()
