#!/usr/bin/env python3
# check-psrp.py: recorded conversations, decoded by our library and by Python; what we would send
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-psrp.py PSRP-DECODE FOLDER: prints TAP."""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import recordings
from recordings import ADDRESSING, FAULT, SHELL, SOAP, WSMAN

PIECES = ("1000000000", "65536", "4096", "997", "1")
TYPES = {0x10002: "SESSION_CAPABILITY", 0x10004: "INIT_RUNSPACEPOOL", 0x10005: "PUBLIC_KEY", 0x10006: "ENCRYPTED_SESSION_KEY",
         0x10007: "PUBLIC_KEY_REQUEST", 0x10008: "CONNECT_RUNSPACEPOOL", 0x21002: "SET_MAX_RUNSPACES",
         0x21003: "SET_MIN_RUNSPACES", 0x21004: "RUNSPACE_AVAILABILITY", 0x21005: "RUNSPACEPOOL_STATE",
         0x21006: "CREATE_PIPELINE", 0x21007: "GET_AVAILABLE_RUNSPACES", 0x21008: "USER_EVENT",
         0x21009: "APPLICATION_PRIVATE_DATA", 0x2100A: "GET_COMMAND_METADATA", 0x2100B: "RUNSPACEPOOL_INIT_DATA",
         0x2100C: "RESET_RUNSPACE_STATE", 0x21100: "RUNSPACEPOOL_HOST_CALL", 0x21101: "RUNSPACEPOOL_HOST_RESPONSE",
         0x41002: "PIPELINE_INPUT", 0x41003: "END_OF_PIPELINE_INPUT", 0x41004: "PIPELINE_OUTPUT", 0x41005: "ERROR_RECORD",
         0x41006: "PIPELINE_STATE", 0x41007: "DEBUG_RECORD", 0x41008: "VERBOSE_RECORD", 0x41009: "WARNING_RECORD",
         0x41010: "PROGRESS_RECORD", 0x41011: "INFORMATION_RECORD", 0x41100: "PIPELINE_HOST_CALL",
         0x41101: "PIPELINE_HOST_RESPONSE"}


def message_line(name, message):
    destination, kind, pool, pipeline, payload = recordings.describe(message)
    found = recordings.count(payload)
    return (f"message {name} {destination} {TYPES[kind]} {pool} {pipeline} {len(payload)} {recordings.digest(payload)} "
            f"{found['objects']} {found['references']} {found['members']} {found['items']} {found['entries']}")


def reply_line(message):
    envelope = ElementTree.fromstring(message["response"])
    body = envelope.find(SOAP + "Body")
    first = body[0] if len(body) else None
    fault = next(body.iter(FAULT + "WSManFault"), None) if body.find(SOAP + "Fault") is not None else None
    data = b"".join(each for _, each in recordings.streams(message))
    done = any(state.get("State", "").endswith("/CommandState/Done") for state in body.iter(SHELL + "CommandState"))
    shell = next((each.text for each in body.iter(WSMAN + "Selector") if each.get("Name") == "ShellId"), None)
    if shell is None:
        shell = body.findtext(f"*/{SHELL}ShellId")
    command = body.findtext(f"*/{SHELL}CommandId")
    name = "-" if first is None else first.tag.rsplit("}", 1)[1]
    assert envelope.findtext(f"{SOAP}Header/{ADDRESSING}RelatesTo") is not None or fault is not None
    return (f"reply {message['operation']} {name} {fault.get('Code') if fault is not None else 0} {int(done)} {shell or '-'} "
            f"{command or '-'} {len(data)} {recordings.digest(data)}")


def expect(sessions, counts):
    """The lines that psrp-decode has to print."""
    for kind, messages in sessions:
        assemblers = collections.defaultdict(recordings.Assembler)
        for message in messages:
            if kind == "powershell":
                for each in assemblers["sent"].feed(recordings.sent_bytes(message)):
                    yield message_line("sent", each)
                for name, data in recordings.streams(message):
                    for each in assemblers[name].feed(data):
                        counts[TYPES[recordings.describe(each)[1]]] += 1
                        yield message_line(name, each)
            yield reply_line(message)
        assert not any(assembler.left or assembler.open for assembler in assemblers.values()), "unfinished"


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr + f"exit status {done.returncode}"


def check_decoding(program, sessions, counts):
    lines = list(expect(sessions, counts))
    problems = []
    with tempfile.NamedTemporaryFile() as file:
        for kind, messages in sessions:
            file.write(recordings.pack(kind, messages))
        file.flush()
        for piece in PIECES if len(lines) < 100 else PIECES[:4]:
            got = run(program, "decode", file.name, piece).splitlines()
            problems += [f"{piece}: expected {want}" for want in lines if want not in got]
            problems += [f"{piece}: got {line}" for line in got if line not in lines]
            if not problems and got != lines:
                problems.append(f"{piece}: the order is another one")
    return lines, problems


# ---- what we send, and what was sent there ----------------------------------------------------------------------------

def tree(element, types):
    """A value without what numbers and order mean to nobody: reference ids, and the order of members."""
    kind = element.tag
    if kind != "Obj":
        return kind, element.text or ""
    found = {}
    for child in element:
        if child.tag == "TN":
            types[child.get("RefId")] = [each.text for each in child]
            found["types"] = types[child.get("RefId")]
        elif child.tag == "TNRef":
            found["types"] = types[child.get("RefId")]
        elif child.tag == "MS":
            found["members"] = {member.get("N"): tree(member, types) for member in child}
        elif child.tag in ("LST", "DCT", "IE"):
            found["items"] = [tree(item, types) for item in child]
        else:
            found[child.tag] = child.text or ""
    return kind, found


def differences(ours, theirs, path=""):
    """Paths at which two trees differ."""
    if type(ours) is not type(theirs):
        yield path
    elif isinstance(ours, tuple) and ours[0] != theirs[0]:
        yield path
    elif isinstance(ours, tuple):
        yield from differences(ours[1], theirs[1], path)
    elif isinstance(ours, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ours or key not in theirs:
                yield f"{path}/{key}"
            else:
                yield from differences(ours[key], theirs[key], path if key in ("members", "items") else f"{path}/{key}")
    elif isinstance(ours, list):
        if len(ours) != len(theirs):
            yield f"{path}[{len(ours)}:{len(theirs)}]"
        for index, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(one, other, f"{path}[{index}]")
    elif ours != theirs:
        yield path


def parse(text):
    return tree(ElementTree.fromstring(text), {})


# Where what we send is not what was sent there, and why. A path that is not here fails the test.
WHY = {
    "/RemoteStreamOptions/ToString": "we do not want the invocation info, 3 kB for each record",
    "/RemoteStreamOptions/I32": "the same",
    "/NoInput": "that client had input for the pipeline; ours never has",
    "/AddToHistory": "that client kept a history", "/PowerShell/History": "the same",
    "/PowerShell/Cmds[]/Cmd": "a script there; we send cmdlets only", "/PowerShell/Cmds[]/IsScript": "the same",
    "/PowerShell/Cmds[]/UseLocalScope": "the same",
    "/PowerShell/ExtraCmds": "several statements there; we send one pipeline at a time",
    "/PowerShell/Cmds[]/MergeMyResult/ToString": "that client had streams merged; ours never does",
    "/PowerShell/Cmds[]/MergeMyResult/I32": "the same", "/PowerShell/Cmds[]/MergeToResult/ToString": "the same",
    "/PowerShell/Cmds[]/MergeToResult/I32": "the same", "/PowerShell/Cmds[]/MergePreviousResults/ToString": "the same",
    "/PowerShell/Cmds[]/MergePreviousResults/I32": "the same",
    **{f"/PowerShell/Cmds[]/Merge{name}/{part}": "the same" for name in ("Error", "Warning", "Verbose", "Debug", "Information")
       for part in ("ToString", "I32")},
    "/PowerShell/Cmds[]/Args[]/V": "a switch without a value there, which a server takes for null; we send true",
    "/PowerShell/Cmds[]/Args[]/N": "a positional argument there; we name all",
    "/PowerShell/IsNested": "a pipeline inside another there", "/IsNested": "the same",
    "/HostInfo/_isHostNull": "a client with a console there", "/HostInfo/_isHostUINull": "the same",
    "/HostInfo/_isHostRawUINull": "the same", "/HostInfo/_useRunspaceHost": "the same", "/HostInfo/_hostDefaultData": "the same",
    "/ApplicationArguments": "that client had something to tell; ours has not",
    "/MinRunspaces": "a larger pool there", "/MaxRunspaces": "the same",
    "/ApartmentState/types[0]": "one of the two names that .NET has for it",
}


def simplify(path):
    """Indexes and what lies inside the console's description do not matter."""
    text = path if "types" in path else re.sub(r"\[\d+\]", "[]", path)
    return text.split("_hostDefaultData")[0] + "_hostDefaultData" if "_hostDefaultData" in text else text


def our_pipeline(program, minor, theirs):
    """The same cmdlets with the same parameters, written by us."""
    words = []
    for command in theirs[1]["members"]["PowerShell"][1]["members"]["Cmds"][1]["items"]:
        members = command[1]["members"]
        is_script = members["IsScript"] == ("B", "true")
        words += ["command", "Script" if is_script else members["Cmd"][1]]
        for argument in members["Args"][1]["items"]:
            name, value = argument[1]["members"]["N"], argument[1]["members"]["V"]
            kind = "text" if value[0] == "S" else "boolean"
            words += [kind, name[1] or "Positional", value[1] if value[0] in ("S", "B") else "true"]
    return run(program, "pipeline", str(minor), *words)


def check_sending(program, sessions, seen):
    problems = []
    for kind, messages in sessions:
        if kind != "powershell":
            continue
        assembler, minor = recordings.Assembler(), 3
        for message in messages:
            for each in assembler.feed(recordings.sent_bytes(message)):
                name, payload = TYPES[recordings.describe(each)[1]], recordings.describe(each)[4].decode()
                if name == "SESSION_CAPABILITY":
                    ours = run(program, "capability")
                elif name == "INIT_RUNSPACEPOOL":
                    ours = run(program, "pool")
                elif name == "CREATE_PIPELINE":
                    ours = our_pipeline(program, minor, parse(payload))
                else:
                    continue
                seen[name] += 1
                # The older ones were written with the two attributes the other way round.
                payload = re.sub(r'<Obj (RefId="\d+") (N="[^"]*")', r"<Obj \2 \1", payload)
                seen[name + " byte by byte"] += ours == payload
                if ours != payload:
                    for path in differences(parse(ours), parse(payload)):
                        if simplify(path) not in WHY:
                            problems.append(f"{name}: {path}")
                        seen[simplify(path)] += 1
            for _, data in recordings.streams(message):
                if b"protocolversion" in data:
                    minor = int(data.split(b'"protocolversion">2.')[1][:1])
    return problems


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(folder.glob("test_*.yml"))
    counts, seen, number, shells = collections.Counter(), collections.Counter(), 0, 0
    print(f"1..{2 * len(files) + 2}")
    for file in files:
        sessions = recordings.sessions(recordings.read(file))
        shells += any(kind == "powershell" for kind, _ in sessions)
        lines, problems = check_decoding(program, sessions, counts)
        for title, found in ((f"{len(lines)} replies and messages decoded", problems),
                             ("what we send instead", check_sending(program, sessions, seen))):
            number += 1
            for problem in found[:20]:
                print("#", problem)
            print("not ok" if found else "ok", number, file.name, title)
    print("# messages of servers:", ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    print("ok" if shells == 37 and counts["PIPELINE_OUTPUT"] > 100 and counts["PIPELINE_STATE"] > 30 else "not ok", number + 1,
          f"{shells} recordings of PowerShell shells, {sum(counts.values())} messages of servers")
    for path, count in sorted(seen.items()):
        print(f"# {count} {path}{': ' + WHY[path] if path in WHY else ''}")
    print("ok" if seen["SESSION_CAPABILITY byte by byte"] == seen["SESSION_CAPABILITY"] > 30
          and seen["INIT_RUNSPACEPOOL byte by byte"] == 37 and seen["CREATE_PIPELINE"] > 30 else "not ok", number + 2,
          "what we open a session with is what was sent there, byte by byte")


main()
