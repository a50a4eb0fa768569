#!/usr/bin/env python3
# check-potfiles.py: po/POTFILES names exactly the sources with translatable text
# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import re
import sys

TRANSLATABLE = re.compile(r"\b(?:_|N_|C_|g_dngettext|ngettext)\s*\(")

tree = pathlib.Path(sys.argv[1])
listed = {line for line in (tree / "po/POTFILES").read_text().splitlines()
          if line and not line.startswith("#")}
found = {str(path.relative_to(tree)) for top in ("core", "plugins") for path in (tree / top).rglob("*.c")
         if TRANSLATABLE.search(path.read_text(encoding="utf-8"))}
for name in sorted(found - listed):
    print(f"po/POTFILES lacks {name}; add it")
for name in sorted(listed - found):
    print(f"po/POTFILES has {name}, which has nothing to translate; take it out")
sys.exit(listed != found)
