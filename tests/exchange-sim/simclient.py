# SPDX-License-Identifier: LGPL-2.1-or-later
"""simclient.py: a raw PowerShell remoting client, and the start and end of a simulator.

    with Simulator('build/tests/exchange-sim/ostiary-exchange-sim', mailboxes=10) as sim:
        with Shell(sim) as shell:
            result = shell.run(('Get-MobileDevice', {'ResultSize': 'Unlimited'}))

It shares no code with the product, takes nothing for granted of what it is answered, and repeats
nothing.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import ssl
import struct
import subprocess
import tempfile
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape, quoteattr

SOAP = '{http://www.w3.org/2003/05/soap-envelope}'
ADDRESSING = '{http://schemas.xmlsoap.org/ws/2004/08/addressing}'
SHELL = '{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}'
RESOURCE = 'http://schemas.microsoft.com/powershell/Microsoft.Exchange'
TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer/'
WINDOWS = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/'

CAPABILITY, INIT_POOL = 0x00010002, 0x00010004
POOL_STATE, CREATE_PIPELINE, PRIVATE_DATA = 0x00021005, 0x00021006, 0x00021009
OUTPUT, ERROR, STATE, WARNING = 0x00041004, 0x00041005, 0x00041006, 0x00041009
COMPLETED, FAILED, STOPPED = '4', '5', '3'

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:r="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header>'
    '<a:To>{url}</a:To><w:ResourceURI s:mustUnderstand="true">{resource}</w:ResourceURI>'
    '<a:ReplyTo><a:Address s:mustUnderstand="true">'
    'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>'
    '<a:Action s:mustUnderstand="true">{action}</a:Action>'
    '<w:MaxEnvelopeSize s:mustUnderstand="true">{envelope}</w:MaxEnvelopeSize>'
    '<a:MessageID>uuid:{message}</a:MessageID>{selector}'
    '<w:OperationTimeout>PT{timeout}S</w:OperationTimeout></s:Header>'
    '<s:Body>{body}</s:Body></s:Envelope>')
ENUM = ('<Obj N="{}"><TN><T>{}</T><T>System.Enum</T></TN><ToString>{}</ToString>'
        '<I32>{}</I32></Obj>')
HOST = ('<Obj N="HostInfo"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>'
        '<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj>')
LIST = '<TN><T>System.Collections.ArrayList</T><T>System.Object</T></TN>'
MERGES = ('MergeMyResult', 'MergeToResult', 'MergePreviousResults', 'MergeError', 'MergeWarning',
          'MergeVerbose', 'MergeDebug', 'MergeInformation')


class HttpError(Exception):
    """The server answered with something else than 200."""

    def __init__(self, status, text):
        super().__init__(f'HTTP {status}: {text[:2000]}')
        self.status, self.text = status, text
        code = re.search(r'<f:WSManFault[^>]* Code="(\d+)"', text)
        self.code = int(code.group(1)) if code else None


def clixml(value, name=None):
    """A parameter's value, or part of it."""
    attribute = f' N={quoteattr(name)}' if name else ''
    if value is None:
        return f'<Nil{attribute}/>'
    if isinstance(value, bool):
        return f'<B{attribute}>{str(value).lower()}</B>'
    if isinstance(value, int):
        return f'<I32{attribute}>{value}</I32>'
    if isinstance(value, (list, tuple)):
        return f'<Obj{attribute}>{LIST}<LST>{"".join(map(clixml, value))}</LST></Obj>'
    if isinstance(value, dict):
        pairs = ''.join(f'<En>{clixml(k, "Key")}{clixml(v, "Value")}</En>'
                        for k, v in value.items())
        return (f'<Obj{attribute}><TN><T>System.Collections.Hashtable</T><T>System.Object</T></TN>'
                f'<DCT>{pairs}</DCT></Obj>')
    text = re.sub('_(?=[xX])|[\x00-\x1f\x7f-\x9f]', lambda m: f'_x{ord(m[0]):04X}_', str(value))
    return f'<S{attribute}>{escape(text)}</S>'


def one_command(name, parameters, is_script):
    merges = ''.join(ENUM.format(merge, 'PipelineResultTypes', 'None', 0) for merge in MERGES)
    arguments = ''.join(f'<Obj><MS>{clixml(n, "N")}{clixml(v, "V")}</MS></Obj>'
                        for n, v in parameters.items())
    return (f'<Obj><MS><S N="Cmd">{escape(name)}</S><B N="IsScript">{str(is_script).lower()}</B>'
            f'<Nil N="UseLocalScope"/>{merges}<Obj N="Args">{LIST}<LST>{arguments}</LST></Obj>'
            '</MS></Obj>')


def pipeline(commands, is_script=False):
    """The text of CREATE_PIPELINE for (name, parameters) one after the other."""
    return ('<Obj><MS><B N="NoInput">true</B>'
            + ENUM.format('ApartmentState', 'ApartmentState', 'UNKNOWN', 2)
            + ENUM.format('RemoteStreamOptions', 'RemoteStreamOptions', '0', 0)
            + f'<B N="AddToHistory">false</B>{HOST}<Obj N="PowerShell"><MS><B N="IsNested">false'
            f'</B><Nil N="ExtraCmds"/><Obj N="Cmds">{LIST}<LST>'
            + ''.join(one_command(name, parameters, is_script) for name, parameters in commands)
            + '</LST></Obj><Nil N="History"/><B N="RedirectShellErrorOutputPipe">false</B></MS>'
            '</Obj><B N="IsNested">false</B></MS></Obj>')


def unescape(text):
    joined = re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), text or '')
    return joined.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')


def plain(element):
    """What a value looks like to a test: None, a string, a list or a dictionary."""
    if element.tag == 'Nil':
        return None
    if element.tag != 'Obj':
        return unescape(element.text)
    if element.find('LST') is not None:
        return [plain(item) for item in element.find('LST')]
    if element.find('DCT') is not None:
        return {plain(entry[0]): plain(entry[1]) for entry in element.find('DCT')}
    return unescape(element.findtext('ToString'))


def properties(text):
    root = ElementTree.fromstring(text)
    return {unescape(p.get('N')): plain(p) for bag in ('Props', 'MS') for p in root.findall(bag + '/*')}


class Result:
    """What a pipeline gave."""

    def __init__(self, messages):
        self.messages = messages
        self.objects = [properties(text) for kind, text in messages if kind == OUTPUT]
        self.warnings = [properties(text)['InformationalRecord_Message']
                         for kind, text in messages if kind == WARNING]
        self.errors = [properties(text) for kind, text in messages if kind == ERROR]
        states = [text for kind, text in messages if kind == STATE]
        assert len(states) == 1 and messages[-1][0] == STATE, 'one state, and it comes last'
        root = ElementTree.fromstring(states[0])
        self.state = root.findtext("MS/I32[@N='PipelineState']")
        record = root.find("MS/Obj[@N='ExceptionAsErrorRecord']")
        self.failure = None
        if record is not None:
            self.failure = properties(ElementTree.tostring(record))


class Messages:
    """Puts one stream's fragments together, and complains of every irregularity."""

    def __init__(self):
        self.bytes, self.open, self.last = b'', None, 0

    def feed(self, data):
        self.bytes += data
        while len(self.bytes) >= 21:
            number, fragment, flags, length = struct.unpack('>QQBI', self.bytes[:21])
            if len(self.bytes) < 21 + length:
                return
            body, self.bytes = self.bytes[21:21 + length], self.bytes[21 + length:]
            if flags & 1:
                assert self.open is None and fragment == 0 and number > self.last
                self.open = [number, 0, b'']
            assert self.open[0] == number and self.open[1] == fragment
            self.open[1] += 1
            self.open[2] += body
            if flags & 2:
                whole, self.last, self.open = self.open[2], number, None
                destination, kind = struct.unpack('<II', whole[:8])
                assert destination == 1
                yield kind, whole[8:24], whole[24:40], whole[40:].decode('utf-8-sig')


def connect(server, timeout):
    """A connection to a server that has a url, and a cert where that is https."""
    parts = urllib.parse.urlsplit(server.url)
    if parts.scheme == 'http':
        return http.client.HTTPConnection(parts.netloc, timeout=timeout)
    context = ssl.create_default_context(cafile=server.cert)
    context.check_hostname = False
    return http.client.HTTPSConnection(parts.netloc, context=context, timeout=timeout)


class Shell:
    """A shell of one runspace, open while it is a context."""

    def __init__(self, server, max_envelope=512000, timeout=60, user=None, password=None,
                 open_it=True):
        self.server = server
        self.connection = connect(server, 120)
        self.url, self.path = server.url, urllib.parse.urlsplit(server.url).path
        token = f'{user or server.user}:{password or server.password}'.encode()
        self.headers = {'Authorization': 'Basic ' + base64.b64encode(token).decode(),
                        'Content-Type': 'application/soap+xml;charset=UTF-8'}
        self.max_envelope, self.timeout, self.received = max_envelope, timeout, 0
        self.id, self.object_id, self.resource = uuid.uuid4(), 0, RESOURCE
        self.largest = 0
        if open_it:
            self.open()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        try:
            self.delete()
        except (HttpError, OSError, http.client.HTTPException):
            pass
        self.connection.close()

    # ---- requests --------------------------------------------------------------------------

    def post(self, body):
        self.connection.request('POST', self.path, body.encode(), self.headers)
        response = self.connection.getresponse()
        data = response.read()
        self.received += len(data)
        self.largest = max(self.largest, len(data))
        if response.status != 200:
            raise HttpError(response.status, data.decode('utf-8', 'replace'))
        return data

    def send(self, action, body, selects=True):
        selector = ('<w:SelectorSet><w:Selector Name="ShellId">' + str(self.id).upper()
                    + '</w:Selector></w:SelectorSet>') if selects else ''
        message = str(uuid.uuid4()).upper()
        root = ElementTree.fromstring(self.post(ENVELOPE.format(
            url=self.url, resource=self.resource, action=action, envelope=self.max_envelope,
            message=message, selector=selector, timeout=self.timeout, body=body)))
        header = root.find(SOAP + 'Header')
        assert header.findtext(ADDRESSING + 'RelatesTo') == 'uuid:' + message
        assert header.findtext(ADDRESSING + 'Action') == action + 'Response'
        return root.find(SOAP + 'Body')

    def message(self, kind, text, pipeline_id=uuid.UUID(int=0), cut=None):
        """The fragments of a message, as a list of bytes."""
        self.object_id += 1
        whole = struct.pack('<II', 2, kind) + self.id.bytes_le + pipeline_id.bytes_le + text.encode()
        pieces = [whole[at:at + (cut or len(whole))] for at in range(0, len(whole), cut or len(whole))]
        return [struct.pack('>QQBI', self.object_id, at, (at == 0) | (at == len(pieces) - 1) << 1,
                            len(piece)) + piece for at, piece in enumerate(pieces)]

    # ---- operations ------------------------------------------------------------------------

    def create(self):
        opening = b''.join(
            self.message(CAPABILITY, '<Obj><MS><Version N="protocolversion">2.3</Version>'
                         '<Version N="PSVersion">2.0</Version>'
                         '<Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>')
            + self.message(INIT_POOL, '<Obj><MS><I32 N="MinRunspaces">1</I32>'
                           '<I32 N="MaxRunspaces">1</I32>'
                           + ENUM.format('PSThreadOptions', 'PSThreadOptions', 'Default', 0)
                           + ENUM.format('ApartmentState', 'ApartmentState', 'UNKNOWN', 2)
                           + HOST + '<Nil N="ApplicationArguments"/></MS></Obj>'))
        return self.send(TRANSFER + 'Create', (
            f'<r:Shell ShellId="{str(self.id).upper()}"><r:InputStreams>stdin pr</r:InputStreams>'
            '<r:OutputStreams>stdout</r:OutputStreams>'
            '<creationXml xmlns="http://schemas.microsoft.com/powershell">'
            f'{base64.b64encode(opening).decode()}</creationXml></r:Shell>'), selects=False)

    def open(self):
        self.create()
        self.pool = Messages()
        self.opening = []
        while not any(kind == POOL_STATE for kind, _, _, _ in self.opening):
            streams, done = self.receive()
            assert not done
            for data in streams:
                self.opening += self.pool.feed(data)
        assert '<I32 N="RunspaceState">2</I32>' in self.opening[-1][3], self.opening

    def receive(self, command=None):
        which = f' CommandId="{command}"' if command else ''
        body = self.send(WINDOWS + 'Receive',
                         f'<r:Receive><r:DesiredStream{which}>stdout</r:DesiredStream></r:Receive>')
        response = body.find(SHELL + 'ReceiveResponse')
        streams = response.findall(SHELL + 'Stream')
        assert all(s.get('Name') == 'stdout' and s.get('CommandId') == command for s in streams)
        state = response.find(SHELL + 'CommandState')
        return ([base64.b64decode(s.text, validate=True) for s in streams],
                state is not None and state.get('State').endswith('/CommandState/Done'))

    def start(self, *commands, is_script=False, cut=None):
        """Starts a pipeline; returns its id."""
        pid = uuid.uuid4()
        command = str(pid).upper()
        first, *rest = self.message(CREATE_PIPELINE, pipeline(commands, is_script), pid, cut)
        body = self.send(WINDOWS + 'Command', (
            f'<r:CommandLine CommandId="{command}"><r:Command/><r:Arguments>'
            f'{base64.b64encode(first).decode()}</r:Arguments></r:CommandLine>'))
        assert body.findtext(f'.//{SHELL}CommandId') == command
        for piece in rest:
            self.send(WINDOWS + 'Send', (
                f'<r:Send><r:Stream Name="stdin" CommandId="{command}">'
                f'{base64.b64encode(piece).decode()}</r:Stream></r:Send>'))
        return command

    def signal(self, command, code='terminate'):
        code = (WINDOWS + 'signal/terminate') if code == 'terminate' else code
        self.send(WINDOWS + 'Signal',
                  f'<r:Signal CommandId="{command}"><r:Code>{code}</r:Code></r:Signal>')

    def raw(self, command):
        """Receives everything; yields (type, text)."""
        stream, done = Messages(), False
        while not done:
            streams, done = self.receive(command)
            for data in streams:
                for kind, pool, pid, text in stream.feed(data):
                    assert pool == self.id.bytes_le and pid == uuid.UUID(command).bytes_le
                    yield kind, text
        assert stream.open is None and not stream.bytes

    def run(self, *commands, **options):
        """Runs one pipeline of (name, parameters) to its end."""
        command = self.start(*commands, **options)
        result = Result(list(self.raw(command)))
        self.signal(command)
        return result

    def get(self, name, **parameters):
        """The objects of one cmdlet that has to succeed."""
        result = self.run((name, parameters))
        assert result.state == COMPLETED and not result.errors, (result.failure, result.errors)
        return result.objects

    def delete(self):
        self.send(TRANSFER + 'Delete', '')


class Simulator:
    """A running ostiary-exchange-sim; ends with the test, whatever happens.

    With http=True it is spoken to without TLS, and where it was built with AddressSanitizer leaks
    count: the leak checker cannot stand the threads in which GnuTLS shakes hands.
    """

    user, password = 'CONTOSO\\admin', 'secret'

    def __init__(self, program, http=False, **options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='exchange-sim-'))
        self.cert = str(self.folder / 'cert.pem')
        settings = {'port': '0', 'cert': self.cert} | options
        environment = dict(os.environ)
        # The test runner's points to the libraries of its own build, whichever build this program is of.
        environment.pop('LD_LIBRARY_PATH', None)
        if http:
            settings |= {'http-port': '0'}
            environment['ASAN_OPTIONS'] = 'detect_leaks=1'
        arguments = [part for name, value in settings.items()
                     for part in (f'--{name.replace("_", "-")}', str(value))]
        self.process = subprocess.Popen([program, '--exit-with-stdin', *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline() if ready else ''
        if not line:
            self.stop()
            raise RuntimeError(f'no ready line from {program}')
        self.ready = json.loads(line)
        self.url = self.ready['http' if http else 'url']

    def control(self, method, path, body=None):
        connection = connect(self, 60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            data = response.read()
            if response.status != 200:
                raise HttpError(response.status, data.decode())
            return data
        finally:
            connection.close()

    def state(self):
        return json.loads(self.control('GET', '/__state'))

    def devices(self, query=''):
        return [json.loads(line) for line in self.control('GET', '/__devices' + query).splitlines()]

    def churn(self, **counts):
        return json.loads(self.control('POST', '/__churn', counts))

    def fault(self, kind, **keys):
        self.control('POST', '/__fault', {'kind': kind} | keys)

    def memory(self):
        """The most memory that it has ever had, in KiB."""
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        return int(re.search(r'VmHWM:\s+(\d+)', status).group(1))

    def cpu_seconds(self):
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def stop(self):
        """Closes its standard input, which ends it; returns its exit status."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        status = self.stop()
        assert kind is not None or status == 0, f'the simulator ended with status {status}'
