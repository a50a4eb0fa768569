# SPDX-License-Identifier: LGPL-2.1-or-later
"""rawclient.py: the smallest PowerShell remoting client that can test a server.

    with rawclient.Shell(peer.https_url, peer.cert) as shell:
        result = shell.run('Get-MobileDevice', Filter="DeviceId -like 'A*'", ResultSize='Unlimited')
        ids = [device['DeviceId'] for device in result.objects]

It shares nothing with the product, so that it can be its witness. It is strict about what it is
answered with (ids, fragments), and has no retry of any kind.
"""
import base64
import http.client
import re
import ssl
import struct
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

RESOURCE = 'http://schemas.microsoft.com/powershell/Microsoft.Exchange'
TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer/'
WINDOWS = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/'
DONE = b'CommandState/Done'

SESSION_CAPABILITY, INIT_POOL, POOL_STATE = 0x00010002, 0x00010004, 0x00021005
CREATE_PIPELINE = 0x00021006
OUTPUT, ERROR, WARNING = 0x00041004, 0x00041005, 0x00041009

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:r="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header>'
    '<a:To>{url}</a:To><w:ResourceURI s:mustUnderstand="true">' + RESOURCE + '</w:ResourceURI>'
    '<a:ReplyTo><a:Address s:mustUnderstand="true">'
    'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>'
    '<a:Action s:mustUnderstand="true">{action}</a:Action>'
    '<w:MaxEnvelopeSize s:mustUnderstand="true">{envelope}</w:MaxEnvelopeSize>'
    '<a:MessageID>uuid:{message}</a:MessageID>{selector}'
    '<w:OperationTimeout>PT{timeout}S</w:OperationTimeout>'
    '<w:OptionSet s:mustUnderstand="true"><w:Option Name="protocolversion" MustComply="true">2.3'
    '</w:Option></w:OptionSet></s:Header><s:Body>{body}</s:Body></s:Envelope>')

ENUM = ('<Obj N="{name}"><TN><T>{type}</T><T>System.Enum</T></TN><ToString>{text}</ToString>'
        '<I32>{value}</I32></Obj>')
HOST = ('<Obj N="HostInfo"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>'
        '<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj>')
RUNSPACES = 'System.Management.Automation.Runspaces.'
LIST = '<TN><T>System.Collections.ArrayList</T><T>System.Object</T></TN>'
CAPABILITY = ('<Obj><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0'
              '</Version><Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>')


class Fault(Exception):
    """The server answered with something else than status 200."""

    def __init__(self, status, text):
        super().__init__(f'HTTP {status}: {text[:2000]}')
        self.status = status
        code = re.search(r'Code="(\d+)"', text)
        self.code = int(code.group(1)) if code else None


def enum(name, kind, text='None', value=0):
    return ENUM.format(name=name, type=RUNSPACES + kind, text=text, value=value)


def encode(text):
    """Text as CLIXML writes it: control characters, and what looks like an escape, escaped."""
    return escape(re.sub('_(?=[xX])|[\x00-\x1f\x7f-\x9f\ud800-\udfff]',
                         lambda m: f'_x{ord(m.group()):04X}_', text))


def clixml(value, name):
    """A parameter's value, or its part, as CLIXML."""
    attribute = f' N="{name}"' if name else ''
    if value is None:
        return f'<Nil{attribute}/>'
    if isinstance(value, bool):
        return f'<B{attribute}>{str(value).lower()}</B>'
    if isinstance(value, int):
        return f'<I32{attribute}>{value}</I32>'
    if isinstance(value, (list, tuple)):
        items = ''.join(clixml(item, None) for item in value)
        return f'<Obj{attribute}>{LIST}<LST>{items}</LST></Obj>'
    if isinstance(value, dict):
        pairs = ''.join(f'<En>{clixml(k, "Key")}{clixml(v, "Value")}</En>' for k, v in value.items())
        return (f'<Obj{attribute}><TN><T>System.Collections.Hashtable</T><T>System.Object</T></TN>'
                f'<DCT>{pairs}</DCT></Obj>')
    return f'<S{attribute}>{encode(str(value))}</S>'


def pipeline(command, parameters):
    """The text of CREATE_PIPELINE for one command with typed parameters."""
    merges = ''.join(enum(name, 'PipelineResultTypes') for name in (
        'MergeMyResult', 'MergeToResult', 'MergePreviousResults', 'MergeError', 'MergeWarning',
        'MergeVerbose', 'MergeDebug', 'MergeInformation'))
    arguments = ''.join(f'<Obj><MS><S N="N">{escape(name)}</S>{clixml(value, "V")}</MS></Obj>'
                        for name, value in parameters.items())
    return ('<Obj><MS><B N="NoInput">true</B>' + enum('ApartmentState', 'ApartmentState', 'UNKNOWN', 2)
            + enum('RemoteStreamOptions', 'RemoteStreamOptions', '0')
            + f'<B N="AddToHistory">false</B>{HOST}<Obj N="PowerShell"><MS><B N="IsNested">false</B>'
            f'<Nil N="ExtraCmds"/><Obj N="Cmds">{LIST}<LST><Obj><MS><S N="Cmd">{escape(command)}</S>'
            f'<B N="IsScript">false</B><Nil N="UseLocalScope"/>{merges}<Obj N="Args">{LIST}<LST>'
            f'{arguments}</LST></Obj></MS></Obj></LST></Obj><Nil N="History"/>'
            '<B N="RedirectShellErrorOutputPipe">false</B></MS></Obj><B N="IsNested">false</B></MS></Obj>')


def plain(element):
    """What a value of an object looks like to a test: None, a string, or a list of strings."""
    if element.tag == 'Nil':
        return None
    if element.tag == 'Obj':
        items = element.find('LST')
        return element.findtext('ToString') if items is None else [plain(item) for item in items]
    units = re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), element.text or '')
    return units.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')


def parse(text):
    """An element from CLIXML; the engine writes references to U+FFFE and U+FFFF, which XML lacks."""
    return ElementTree.fromstring(re.sub('&#xFFF[EF];', '\ufffd', text))


class Result:
    """What a pipeline gave: its messages, and from them objects, errors and warnings."""

    def __init__(self, messages):
        self.messages = messages
        self.errors = self._texts(ERROR)
        self.warnings = self._texts(WARNING)
        self.objects = [{property.get('N'): plain(property) for property in bag}
                        for kind, text in messages if kind == OUTPUT
                        for bag in parse(text).findall('Props')]

    def _texts(self, kind):
        records = [parse(text) for seen, text in self.messages if seen == kind]
        return [record.findtext('ToString')
                or record.findtext('.//S[@N="InformationalRecord_Message"]') for record in records]


class Shell:
    """A shell of one runspace at a server that takes Basic."""

    def __init__(self, url, cert=None, user='admin', password='secret', max_envelope=512000,
                 timeout=90):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme == 'https':
            context = ssl.create_default_context(cafile=cert)
            self.http = http.client.HTTPSConnection(parts.netloc, context=context, timeout=timeout)
        else:
            self.http = http.client.HTTPConnection(parts.netloc, timeout=timeout)
        self.url = f'{url.rstrip("/")}/PowerShell'
        token = base64.b64encode(f'{user}:{password}'.encode()).decode()
        self.headers = {'Authorization': 'Basic ' + token,
                        'Content-Type': 'application/soap+xml;charset=UTF-8'}
        self.max_envelope, self.timeout, self.received = max_envelope, 60, 0
        self.id, self.pool, self.object_id = str(uuid.uuid4()).upper(), uuid.uuid4(), 0
        self._partial = {}
        try:
            self._open()
        except BaseException:
            self.http.close()
            raise

    # ---- messages --------------------------------------------------------------------------

    def _fragment(self, kind, text, pipeline_id=uuid.UUID(int=0)):
        self.object_id += 1
        message = struct.pack('<II', 2, kind) + self.pool.bytes_le + pipeline_id.bytes_le + text.encode()
        return struct.pack('>QQBI', self.object_id, 0, 3, len(message)) + message

    def _take(self, data):
        """The messages that are complete with these fragments."""
        messages = []
        while data:
            object_id, number, flags, length = struct.unpack_from('>QQBI', data)
            parts = self._partial.setdefault(object_id, [])
            if number != len(parts) or len(data) < 21 + length:
                raise ValueError(f'fragment {number} of {object_id}, {length} bytes')
            parts.append(data[21:21 + length])
            data = data[21 + length:]
            if flags & 2:
                whole = b''.join(self._partial.pop(object_id))
                messages.append((struct.unpack_from('<I', whole, 4)[0], whole[40:].decode('utf-8-sig')))
        return messages

    # ---- requests --------------------------------------------------------------------------

    def envelope(self, action, body, message=None):
        """A request; the id of its message is a new one if none is given."""
        selector = '' if action.endswith('/Create') else (
            f'<w:SelectorSet><w:Selector Name="ShellId">{self.id}</w:Selector></w:SelectorSet>')
        return ENVELOPE.format(url=self.url, action=action, envelope=self.max_envelope, body=body,
                               message=message or str(uuid.uuid4()).upper(), selector=selector,
                               timeout=self.timeout)

    def post(self, envelope):
        self.http.request('POST', self.url, envelope.encode(), self.headers)
        response = self.http.getresponse()
        reply = response.read()
        self.received += len(reply)
        if response.status != 200:
            raise Fault(response.status, reply.decode(errors='replace'))
        return reply

    def request(self, action, body):
        return self.post(self.envelope(action, body))

    def _open(self):
        first = (self._fragment(SESSION_CAPABILITY, CAPABILITY)
                 + self._fragment(INIT_POOL, '<Obj><MS><I32 N="MinRunspaces">1</I32>'
                                  '<I32 N="MaxRunspaces">1</I32>'
                                  + enum('PSThreadOptions', 'PSThreadOptions', 'Default')
                                  + enum('ApartmentState', 'ApartmentState', 'UNKNOWN', 2)
                                  + HOST + '<Nil N="ApplicationArguments"/></MS></Obj>'))
        self.request(TRANSFER + 'Create', f'<r:Shell ShellId="{self.id}"><r:InputStreams>stdin pr'
                     '</r:InputStreams><r:OutputStreams>stdout</r:OutputStreams><creationXml '
                     'xmlns="http://schemas.microsoft.com/powershell">'
                     f'{base64.b64encode(first).decode()}</creationXml></r:Shell>')
        state = ''
        while '<I32 N="RunspaceState">2</I32>' not in state:
            reply, _ = self._receive(None)
            state = ''.join(text for kind, text in self._messages(reply) if kind == POOL_STATE)

    def _receive(self, command):
        attribute = f' CommandId="{command}"' if command else ''
        reply = self.request(WINDOWS + 'Receive',
                             f'<r:Receive><r:DesiredStream{attribute}>stdout</r:DesiredStream></r:Receive>')
        return reply, DONE in reply[-600:]

    def _messages(self, reply):
        streams = ElementTree.fromstring(reply).iter('{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Stream')
        return [message for stream in streams
                for message in self._take(base64.b64decode(stream.text or '', validate=True))]

    def command_line(self, name, command, parameters):
        """The body of a Command request."""
        pipeline_id = uuid.uuid4()
        fragment = self._fragment(CREATE_PIPELINE, pipeline(command, parameters), pipeline_id)
        return (f'<r:CommandLine CommandId="{name}"><r:Command/><r:Arguments>'
                f'{base64.b64encode(fragment).decode()}</r:Arguments></r:CommandLine>')

    def start(self, command, parameters):
        """Starts a pipeline; returns its command's id."""
        name = str(uuid.uuid4()).upper()
        self.request(WINDOWS + 'Command', self.command_line(name, command, parameters))
        return name

    def terminate(self, command):
        """Ends a command, so that the server forgets it."""
        self.request(WINDOWS + 'Signal', f'<r:Signal CommandId="{command}"><r:Code>'
                     f'{WINDOWS}signal/terminate</r:Code></r:Signal>')

    def run(self, command, **parameters):
        """Runs a command with typed parameters and reads all that it answers."""
        started, messages, done = self.start(command, parameters), [], False
        while not done:
            reply, done = self._receive(started)
            messages += self._messages(reply)
        self.terminate(started)
        return Result(messages)

    def drain(self, command, **parameters):
        """Runs a command and drops what it answers; returns how many bytes that was."""
        before, started, done = self.received, self.start(command, parameters), False
        while not done:
            _, done = self._receive(started)
        self.terminate(started)
        return self.received - before

    def close(self):
        try:
            self.request(TRANSFER + 'Delete', '')
        finally:
            self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        if kind is None:
            self.close()
        else:
            self.http.close()
