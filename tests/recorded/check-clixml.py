#!/usr/bin/env python3
# check-clixml.py: real dumps of Exchange objects, our reader and Python's XML parser must agree
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-clixml.py CLIXML-COUNT FOLDER: prints TAP."""
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

PRIMITIVES = {"Nil", "S", "C", "B", "DT", "TS", "By", "SB", "U16", "I16", "U32", "I32", "U64", "I64",
              "Sg", "Db", "D", "BA", "G", "URI", "Version", "XD", "SBK", "SS"}
LISTS = {"LST", "IE", "STK", "QUE"}
PIECES = ("1000000000", "65536", "4096", "997", "1")


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


def decode(text):
    """Every _xHHHH_ is a UTF-16 code unit; pairs are joined, halves replaced."""
    units = re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text or "")
    joined = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\ufffd")


class Count:
    def __init__(self):
        self.objects = self.references = self.properties = self.items = self.entries = self.texts = self.sum = 0
        self.types, self.targets = {}, {}

    def fact(self, path, what, text):
        digest = hashlib.sha256(f"{path}\0{what}\0{text}".encode()).digest()
        self.sum = (self.sum + int.from_bytes(digest[:8], "big")) % 2 ** 64
        self.texts += 1

    def text_of(self, element):
        """What an object is shown as: its ToString, else what it wraps."""
        if tag(element) != "Obj":
            return decode(element.text)
        for child in element:
            if tag(child) == "ToString":
                return decode(child.text)
        for child in element:
            if tag(child) in PRIMITIVES and "N" not in child.attrib:
                return decode(child.text)
        return ""

    def value(self, path, element):
        if tag(element) == "Ref":
            self.references += 1
            self.fact(path, "Ref", self.text_of(self.targets[element.get("RefId")]))
        elif tag(element) == "Obj":
            self.object(path, element)
        else:
            assert tag(element) in PRIMITIVES, tag(element)
            self.fact(path, tag(element), decode(element.text))

    def object(self, path, element):
        self.objects += 1
        if "RefId" in element.attrib:
            self.targets[element.get("RefId")] = element
        self.fact(path, "Obj", self.text_of(element))
        for child in element:
            name = tag(child)
            if name == "TN":
                self.types[child.get("RefId")] = "".join(decode(each.text) + "," for each in child)
                self.fact(path, "types", self.types[child.get("RefId")])
            elif name == "TNRef":
                self.fact(path, "types", self.types[child.get("RefId")])
            elif name in ("Props", "MS"):
                for member in child:
                    self.properties += 1
                    self.value(f"{path}/{decode(member.get('N'))}", member)
            elif name in LISTS:
                for index, item in enumerate(child):
                    self.items += 1
                    self.value(f"{path}[{index}]", item)
            elif name == "DCT":
                for index, entry in enumerate(child):
                    self.entries += 1
                    for part in entry:
                        self.value(f"{path}{{{index}}}" if part.get("N") == "Key" else f"{path}({index})", part)
            elif name in PRIMITIVES:
                self.fact(path, "wraps", decode(child.text))
            else:
                assert name == "ToString", name

    def __str__(self):
        return (f"objects {self.objects}\nreferences {self.references}\nproperties {self.properties}\n"
                f"items {self.items}\nentries {self.entries}\ntexts {self.texts}\nsum {self.sum:016x}\n")


def count_elements(file):
    """A third count, which knows no structure at all."""
    found = {"Obj": 0, "Ref": 0}
    for _, element in ElementTree.iterparse(file):
        found[tag(element)] = found.get(tag(element), 0) + 1
    return found


def run(program, mode, piece, file):
    done = subprocess.run([program, mode, piece, file], capture_output=True, text=True, timeout=300)
    return done.stdout if done.returncode == 0 else done.stderr


def as_message(root):
    """The only object of a document as PIPELINE_OUTPUT has it: no wrapper, namespace or white space."""
    text = ElementTree.tostring(root[0], encoding="unicode")
    text = re.sub(r'<(/?)ns0:', r"<\1", text).replace(f' xmlns:ns0="{root.tag[1:].split("}")[0]}"', "")
    return re.sub(r">\s+<", "><", text)


def check_file(program, file):
    root = ElementTree.parse(file).getroot()
    expected = Count()
    for element in root:
        expected.value("", element)
    found = count_elements(file)
    assert (expected.objects, expected.references) == (found["Obj"], found["Ref"]), "the two counts of Python"
    problems = [f"{piece}: {got}" for piece in PIECES
                if (got := run(program, "document", piece, file)) != str(expected)]
    if len(root) == 1 and re.search(r">\s+<", "".join(each.text or "" for each in root.iter())) is None:
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as message:
            message.write(as_message(root))
            message.flush()
            problems += [f"message, {piece}: {got}" for piece in PIECES
                         if (got := run(program, "message", piece, message.name)) != str(expected)]
    return expected, problems


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(folder.glob("*.xml"))
    print(f"1..{len(files) + 1}")
    total = Count()
    for number, file in enumerate(files, 1):
        expected, problems = check_file(program, file)
        total.objects += expected.objects
        total.references += expected.references
        total.properties += expected.properties
        for problem in problems:
            print("# expected:", str(expected).replace("\n", ", "), "got:", problem.replace("\n", ", "))
        print("not ok" if problems else "ok", number, file.name,
              f"{expected.objects} objects, {expected.references} references, {expected.properties} properties")
    enough = total.objects > 4000 and total.references > 500 and total.properties > 10000
    print("ok" if enough else "not ok", len(files) + 1,
          f"{total.objects} objects, {total.references} references, {total.properties} properties in all")


main()
