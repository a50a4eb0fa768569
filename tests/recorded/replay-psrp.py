#!/usr/bin/env python3
# replay-psrp.py: our client, answered with what real servers have answered
# SPDX-License-Identifier: LGPL-2.1-or-later
"""replay-psrp.py PSRP-REPLAY FOLDER: prints TAP."""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import recordings
from recordings import SHELL

# What our client does: any other request needs a server that our client's ones do not lead to.
OPERATIONS = {"Create", "Receive", "Command", "Send", "Signal", "Delete"}
STATES = {3: "stopped", 4: "completed", 5: "failed"}
RECORDS = {0x41005: "error", 0x41007: "debug", 0x41008: "verbose", 0x41009: "warning", 0x41010: "progress", 0x41011: "information"}


def is_replayable(kind, messages):
    """One pipeline at a time, to its end, and nothing said to the pool once it is open."""
    names = [message["operation"] for message in messages]
    pool_level = [i for i, message in enumerate(messages)
                  if names[i] == "Send" and 'CommandId="' not in message["request"] and 'Name="pr"' not in message["request"]]
    concurrent = any(one == other == "Command" for one, other in zip(names, names[1:]))
    # In one the author has put a stream of another command, which our client refuses to take.
    answered = {ElementTree.fromstring(message["response"]).findtext(f".//{SHELL}CommandId") for message in messages}
    edited = any(name not in answered | {"-"} for message in messages for name, _ in recordings.streams(message))
    return (kind == "powershell" and set(names) <= OPERATIONS and not pool_level and not concurrent
            and not edited)


def expect_pipeline(messages):
    """What the client has to have seen of one pipeline."""
    lines, counts, state, failure = [], collections.Counter(), None, "-"
    for message in messages:
        destination, kind, _, _, payload = recordings.describe(message)
        root = ElementTree.fromstring(payload.decode("utf-8-sig") or "<Nil/>")
        if kind == 0x41004:
            lines.append("output")
            counts["outputs"] += 1
        elif kind in RECORDS:
            lines.append("record " + RECORDS[kind])
            counts[RECORDS[kind]] += 1
        elif kind == 0x41100:
            counts["calls"] += 1
        elif kind == 0x41006:
            state = int(root.findtext("MS/I32[@N='PipelineState']"))
            failure = root.findtext("MS/Obj[@N='ExceptionAsErrorRecord']/MS/S[@N='FullyQualifiedErrorId']") or "-"
            failure = re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), failure)
    if state not in STATES:
        return None
    lines.append(f"ended {STATES[state]} {counts['outputs']} {counts['error']} {counts['warning']} {counts['calls']} "
                 + re.sub(r"[\r\n\t]", " ", failure))
    return lines


def expect(messages):
    """The lines that psrp-replay has to print, but for the texts of outputs."""
    assemblers, commands, version = collections.defaultdict(recordings.Assembler), [], None
    for message in messages:
        if message["operation"] == "Command":
            commands.append([])
        for name, data in recordings.streams(message):
            for each in assemblers[name].feed(data):
                (commands[-1] if name != "-" else []).append(each)
                if recordings.describe(each)[1] == 0x21009:
                    root = ElementTree.fromstring(recordings.describe(each)[4].decode("utf-8-sig"))
                    version = next((entry[1].text for entry in root.iter("En") if entry[0].text == "PSVersion"), None)
    lines = [f"opened {version or '(null)'}"]
    for command in commands:
        found = expect_pipeline(command)
        if found is None:
            return None
        lines += found
    return lines


def check(program, kind, messages):
    wanted = expect(messages)
    if wanted is None:
        return None
    with tempfile.NamedTemporaryFile() as file:
        file.write(recordings.pack(kind, messages))
        file.flush()
        done = subprocess.run([program, file.name], capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    # An output's text may have lines of its own.
    known = ("output ", "record ", "ended ", "opened ", "closed ", "error ")
    got = ["output" if line.startswith("output ") else line for line in lines if line.startswith(known)]
    n_commands = sum(message["operation"] == "Command" for message in messages)
    problems = [] if done.returncode == 0 else [done.stderr]
    problems += [f"expected {one}, got {other}" for one, other in zip(wanted, got) if one != other]
    if len(got) != len(wanted) + 1 or not got[-1].startswith("closed 0 Create Receive"):
        problems.append(f"got {len(got)} lines, the last one {got[-1:]}")
    elif got[-1].split().count("Signal") != n_commands or not got[-1].endswith("Delete"):
        problems.append(f"the pipelines were not ended: {got[-1]}")
    return problems


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    number = 0
    for file in sorted(folder.glob("test_*.yml")):
        for index, (kind, messages) in enumerate(recordings.sessions(recordings.read(file))):
            problems = check(program, kind, messages) if is_replayable(kind, messages) else None
            if problems is None:
                continue
            number += 1
            for problem in problems:
                print("#", problem)
            print("not ok" if problems else "ok", number, f"{file.name} session {index + 1}")
    number += 1
    print("ok" if number > 24 else "not ok", number, f"{number - 1} sessions were replayed")
    print(f"1..{number}")


main()
