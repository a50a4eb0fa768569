# recordings.py: reads recorded conversations and decodes them without any of our code
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The recordings are YAML of a simple kind: a list of mappings of strings. This reads that kind and nothing else, so that a test needs
nothing but Python itself; it fails on a line that it does not understand."""
import base64
import hashlib
import re
import struct
import uuid
import xml.etree.ElementTree as ElementTree

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
ADDRESSING = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
SHELL = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
FAULT = "{http://schemas.microsoft.com/wbem/wsman/1/wsmanfault}"
POWERSHELL = "{http://schemas.microsoft.com/powershell}"
KEY = re.compile(r"^(?P<dash>- |  )(?P<key>[a-z_]+):(?: (?P<text>.*))?$")
PRIMITIVES = {"Nil", "S", "C", "B", "DT", "TS", "By", "SB", "U16", "I16", "U32", "I32", "U64", "I64",
              "Sg", "Db", "D", "BA", "G", "URI", "Version", "XD", "SBK", "SS"}


def is_open(collected):
    """Whether a quoted text goes on in the next line."""
    text = "\n".join(collected).strip()
    return text.startswith("'") and not re.fullmatch(r"'(?:[^']|'')*'", text)


def unquote(collected):
    """A plain or single-quoted text over several lines: line breaks are folded as YAML 1.1 does."""
    text = collected[0].strip()
    for line in collected[1:]:
        text += "\n" if not line.strip() else ("" if text.endswith("\n") else " ") + line.strip()
    assert not text.startswith(('"', "|", ">", "&", "*")), text[:40]
    return text.strip()[1:-1].replace("''", "'") if text.startswith("'") else text.strip()


def read(path):
    """The messages of a recording: dictionaries of request, response, status."""
    messages, key, collected = [], None, []

    def flush():
        if key in ("request", "response"):
            messages[-1][key] = unquote(collected)
        elif key == "transport_error":
            messages[-1]["status"] = int(re.search(r"code: (\d+)", "\n".join(collected))[1])

    for line in path.read_text("utf-8").split("\n"):
        match = KEY.match(line)
        if is_open(collected) or (match is None and key is not None and not line.lstrip().startswith("# ")):
            collected.append(line)
        elif match is not None:
            flush()
            if match["dash"] == "- ":
                messages.append({"status": 200})
            key, collected = match["key"], [match["text"] or ""]
        else:
            assert line == "messages:" or line.lstrip().startswith("#") or not line, f"{path.name}: {line[:80]}"
    flush()
    return messages


def operation(message):
    action = ElementTree.fromstring(message["request"]).findtext(f"{SOAP}Header/{ADDRESSING}Action")
    return action.rsplit("/", 1)[1]


def resource(message):
    return ElementTree.fromstring(message["request"]).findtext(f"{SOAP}Header/{WSMAN}ResourceURI")


def sessions(messages):
    """Cut at each Create; what comes before the first one is a session without a shell."""
    found = []
    for message in messages:
        message["operation"] = operation(message)
        if message["operation"] == "Create" or not found:
            kind = "none"
            if message["operation"] == "Create":
                kind = "powershell" if resource(message).startswith("http://schemas.microsoft.com/powershell/") else "cmd"
            found.append((kind, []))
        found[-1][1].append(message)
    return found


def sent_bytes(message):
    """The fragments of a request: (command, bytes)."""
    body = ElementTree.fromstring(message["request"]).find(f"{SOAP}Body")
    found = []
    for element in body.iter():
        if element.tag in (POWERSHELL + "creationXml", POWERSHELL + "connectXml", SHELL + "Arguments", SHELL + "Stream"):
            found.append(base64.b64decode(element.text or ""))
    return b"".join(found)


def streams(message):
    """What a response brings: [(command or '-', bytes)]."""
    body = ElementTree.fromstring(message["response"]).find(f"{SOAP}Body")
    return [(element.get("CommandId", "-"), base64.b64decode(element.text or ""))
            for element in body.iter(SHELL + "Stream")]


class Assembler:
    """One stream's fragments, put together."""

    def __init__(self):
        self.left, self.messages, self.open = b"", [], {}

    def feed(self, data):
        self.left += data
        done = []
        while len(self.left) >= 21:
            number, fragment, flags, length = struct.unpack(">QQBI", self.left[:21])
            if len(self.left) < 21 + length:
                break
            if flags & 1:
                self.open[number] = []
            assert len(self.open[number]) == fragment, "fragments out of order"
            self.open[number].append(self.left[21:21 + length])
            self.left = self.left[21 + length:]
            if flags & 2:
                done.append(b"".join(self.open.pop(number)))
        return done


def guid(data):
    return str(uuid.UUID(bytes_le=data)).upper()


def describe(message):
    """A reassembled message: type, destination, ids, payload."""
    destination, kind = struct.unpack("<II", message[:8])
    return destination, kind, guid(message[8:24]), guid(message[24:40]), message[40:]


def count(payload):
    """Objects, references, members, items and entries of a CLIXML payload."""
    text = payload.decode("utf-8-sig")
    found = dict.fromkeys(("objects", "references", "members", "items", "entries"), 0)
    if not text.strip():
        return found
    root = ElementTree.fromstring(f"<root>{text}</root>")
    for parent in root.iter():
        for child in parent:
            if child.tag == "Obj" and parent.tag != "Obj":
                found["objects"] += 1
            elif child.tag == "Ref":
                found["references"] += 1
            if parent.tag in ("Props", "MS"):
                found["members"] += 1
            elif parent.tag in ("LST", "IE", "STK", "QUE"):
                found["items"] += 1
            elif parent.tag == "DCT":
                found["entries"] += 1
    return found


def digest(data):
    return hashlib.sha256(data).hexdigest()


def pack(kind, messages):
    """A session as our programs read it."""
    parts = [f"SESSION {kind}\n".encode()]
    for message in messages:
        header = ElementTree.fromstring(message["request"]).find(f"{SOAP}Header")
        identifier = header.findtext(ADDRESSING + "MessageID").removeprefix("uuid:")
        request, response = message["request"].encode(), message["response"].encode()
        sent = sent_bytes(message) if kind == "powershell" else b""
        parts.append(f"EXCHANGE {message['operation']} {message['status']} {identifier} {len(request)} {len(response)} {len(sent)}\n"
                     .encode() + request + response + sent)
    return b"".join(parts)
