#!/usr/bin/env python3
# check-translations.py: every catalogue has a translation of every text; `ninja ostiary-update-po` adds new ones
# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import subprocess
import sys
import tempfile

KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "g_dcgettext:2", "g_dngettext:2,3", "g_dpgettext2:2c,3"]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def find_missing(catalogue):
    """The texts that are not translated, or only guessed, as the catalogue has them."""
    return [block for kind in ("--untranslated", "--only-fuzzy")
            for block in run("msgattrib", kind, "--no-obsolete", "--no-wrap", catalogue).stdout.split("\n\n")[1:]]


def check(tree, folder, language):
    po, merged = tree / f"po/{language}.po", folder / f"{language}.po"
    form = run("msgfmt", "--check", "-o", "/dev/null", po)
    run("msgmerge", "--quiet", "--no-fuzzy-matching", "-o", merged, po, folder / "ostiary.pot", check=True)
    missing = find_missing(merged)
    for block in missing:
        print(f"po/{language}.po lacks:\n{block}\n")
    if missing:
        print(f"{len(missing)} texts to translate; ‘ninja -C BUILD ostiary-update-po’ adds them to po/{language}.po")
    if form.returncode != 0:
        print(form.stderr)
    return form.returncode == 0 and not missing


tree = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    run("xgettext", "--from-code=UTF-8", *(f"--keyword={keyword}" for keyword in KEYWORDS), "--directory", tree,
        "--files-from", tree / "po/POTFILES", "-o", folder / "ostiary.pot", check=True)
    languages = [line for line in (tree / "po/LINGUAS").read_text().split() if not line.startswith("#")]
    results = [check(tree, folder, language) for language in languages]
sys.exit(not all(results))
