#!/usr/bin/env python3
# lint.py: rules of the tree that a compiler does not know; `lint.py TREE`, `lint.py --self-test`
# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import re
import sys
import tempfile

# What each folder may include, besides itself and <ostiary/...>. Longest match wins.
ARROWS = {
    "include": [],
    "core/base": [],
    "core/config": ["core/base", "core/registry"],
    "core/registry": ["core/base", "core/store"],
    "core/store": ["core/base"],
    "core/policy": ["core/base"],
    "core/engine": ["core/base", "core/config", "core/registry", "core/store", "core/policy"],
    "core/api": ["core/base", "core/config", "core/registry", "core/store", "core/policy", "core/engine"],
    "core/cli": ["core/base", "core/config", "core/registry", "core/store", "core/policy", "core/engine", "core/api"],
    "core/service": ["core/base", "core/config", "core/registry", "core/store", "core/policy", "core/engine", "core/api"],
    "plugins/shared/http": [],
    "plugins/shared/remoting": [],
    "plugins/shared/exchange": ["plugins/shared/remoting"],
    "plugins/store-sqlite": ["core/base", "core/store"],
    "plugins": ["plugins/shared"],
    "plugins/example": [],
}
SHIPPED = ("include", "core", "plugins")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def room(path):
    best = ""
    for folder in ARROWS:
        if (path == folder or path.startswith(folder + "/")) and len(folder) > len(best):
            best = folder
    return best


def target_of(tree, name, include):
    """The path in the tree that an include means, or None for a system header."""
    if include.startswith("ostiary/"):
        return "include/" + include
    for base in (pathlib.PurePath(name).parent, pathlib.PurePath(".")):
        path = (tree / base / include)
        if path.exists():
            return str(path.resolve().relative_to(tree.resolve()))
    return include if include.split("/")[0] in ("core", "plugins") else None


def check_arrows(tree, name, text):
    here = room(name)
    for match in INCLUDE.finditer(text):
        target = target_of(tree, name, match[1])
        if target is None or not here:
            continue
        there = room(target)
        if there in ("", here, "include"):
            continue
        if not any(there == f or there.startswith(f + "/") for f in ARROWS[here]):
            yield f"arrow: {here} must not include {target}"


def check_head(tree, name, text):
    lines = text.split("\n", 2)
    base = name.rsplit("/", 1)[1]
    if not lines[0].startswith(f"/* {base}: "):
        yield f"head: the first line must be /* {base}: what it is for */"
    if len(lines) < 2 or "SPDX-License-Identifier: LGPL-2.1-or-later" not in lines[1]:
        yield "head: the second line must be the SPDX identifier"


def without_comments(text):
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)


def check_words(tree, name, text):
    code = without_comments(text)
    for number, line in enumerate(code.split("\n"), 1):
        if re.search(r"\bgoto\b", line):
            yield f"line {number}: goto"
        if re.search(r"\b(gchar|gint|gshort|glong|gfloat|gdouble)\b", line):
            yield f"line {number}: plain C types, not GLib's names for them"
        if re.search(r"\b(strcpy|strcat|sprintf|gets|system|popen|strtok|alloca|g_alloca)\s*\(", line):
            yield f"line {number}: a function that knows no bounds"
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            yield f"line {number}: an unfinished thought; finish it or open an issue"
        if len(line.expandtabs()) > 110:
            if "clang-format off" not in text:
                yield f"line {number}: longer than the layout allows"


def check_length(tree, name, text):
    if text.count("\n") > 800:
        yield f"{text.count(chr(10))} lines; 800 are the most"
    depth = start = 0
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        if line == "{":
            start = number
        if line == "}" and start:
            if number - start > 80:
                yield f"line {start}: a function of {number - start} lines; 80 are the most"
            start = 0


def check_docs(tree, name, text):
    """Every symbol that the SDK exports is documented, with Since."""
    if not name.startswith("include/"):
        return
    documented = set(re.findall(r"^/\*\*\s*\n?\s*\*?\s*(\w+):", text, re.M))
    for match in re.finditer(r"OST_AVAILABLE_IN_1_0\s+[^;{]*?\b(ost_\w+)\s*\(", text):
        symbol = match[1]
        plain = re.search(r"_(get_type|ref|unref)$", symbol)
        if symbol not in documented and not plain:
            yield f"docs: {symbol} has no comment"
    for block in re.findall(r"/\*\*.*?\*/", text, re.S):
        if "Since:" not in block and "OST_AVAILABLE_IN" not in block:
            subject = re.search(r"(\w+):", block)
            yield f"docs: no Since: in the comment of {subject[1]}"


CHECKS = [check_arrows, check_head, check_words, check_length, check_docs]


def lint(tree):
    problems = []
    for path in sorted(p for top in SHIPPED for p in (tree / top).rglob("*.[ch]")):
        name = str(path.relative_to(tree))
        text = path.read_text(encoding="utf-8")
        for check in CHECKS:
            problems += [f"{name}: {problem}" for problem in check(tree, name, text)]
    return problems


def self_test(bad):
    """Each sample names in its first line where it would stand and what must be said of it."""
    failures = 0
    for sample in sorted(bad.glob("*.c.txt")):
        head, text = sample.read_text(encoding="utf-8").split("\n", 1)
        where, _, complaint = head.partition(" | ")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / where
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            found = lint(pathlib.Path(folder))
        good = any(complaint in problem for problem in found) if complaint != "nothing" else not found
        failures += not good
        print(f"{'ok' if good else 'NOT OK'} {sample.name}: {found}")
    return failures


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        sys.exit(1 if self_test(pathlib.Path(__file__).parent / "bad") else 0)
    found = lint(pathlib.Path(sys.argv[1]))
    print("\n".join(found) or "clean")
    sys.exit(1 if found else 0)
