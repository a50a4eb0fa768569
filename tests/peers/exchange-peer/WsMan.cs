// WS-Management over SOAP 1.2 (MS-WSMV), as far as a PowerShell client uses it.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ExchangePeer;

public sealed class WsManFault(int status, long code, string role, string subcode, string reason, string? detail = null, string? message = null) : Exception(message ?? reason)
{
    public int Status => status;

    public string ToXml(string machine) =>
        $"<s:Fault><s:Code><s:Value>s:{role}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>" +
        $"<s:Reason><s:Text xml:lang=\"en-US\">{SecurityElement.Escape(reason)} </s:Text></s:Reason><s:Detail>" +
        (detail is null ? "" : $"<w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/{detail}</w:FaultDetail>") +
        $"<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"{code}\" Machine=\"{machine}\">" +
        $"<f:Message>{SecurityElement.Escape(Message)} </f:Message></f:WSManFault></s:Detail></s:Fault>";

    public static WsManFault ShellNotFound(string id) => new(500, 2150858843, "Sender", "w:InvalidSelectors",
        "The WS-Management service cannot process the request because the request contained invalid selectors for the resource.", "UnexpectedSelectors",
        $"The request for the Windows Remote Shell with ShellId {id} failed because the shell was not found on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the correct ShellId or create a new shell and retry the operation.");
    public static WsManFault CommandNotFound() => new(500, 2150858843, "Sender", "w:InvalidSelectors",
        "The WS-Management service cannot process the request because the request contained invalid selectors for the resource.", "UnexpectedSelectors",
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. Either the command has completed execution or the client specified an invalid command identifier.");
    public static WsManFault TimedOut() => new(500, 2150858793, "Receiver", "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout. ");
    public static WsManFault Aborted() => new(500, 995, "Receiver", "w:InternalError",
        "The I/O operation has been aborted because of either a thread exit or an application request.");
    public static WsManFault BadXml(string why) => new(400, 2150858817, "Sender", "w:SchemaValidationError",
        "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry.", null, why);
    public static WsManFault BadResource(string uri) => new(500, 2150858811, "Sender", "a:DestinationUnreachable",
        $"The WS-Management service cannot process the request. The resource URI ({uri}) was not found in the WS-Management catalog. The catalog contains the metadata that describes resources, or logical endpoints.", "InvalidResourceURI");
    public static WsManFault BadAction(string action) => new(500, 2150858753, "Sender", "a:ActionNotSupported",
        $"The WS-Management service cannot process the request because the URI contains an action URI which is invalid: {action}");
    public static WsManFault EnvelopeTooSmall() => new(500, 2150858790, "Sender", "w:EncodingLimit",
        "The WS-Management service cannot process the request. The MaxEnvelopeSize value in the request is too small.", "MinimumEnvelopeLimit");
    public static WsManFault TooManyShells(int limit, string user, bool exchange) => new(500, 2150859173, "Sender", "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent shells for this user has been exceeded. Close existing shells or raise the quota for this user.", null,
        !exchange ? null : $"[AuthZRequestId={Guid.NewGuid()}][FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : {limit} " +
        "for the policy party : MaxConcurrency. Please close existing runspace and try again.\r\n" +
        "Policy: CN=GlobalThrottlingPolicy,CN=Global Settings,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com; \r\n" +
        $"Snapshot: Owner:\tSid~{user}~WSMan~false\r\nBudgetType:\tWSMan\r\nActiveRunspaces:\t{limit}/{limit}");
    public static WsManFault Internal(string why) => new(500, 2152992672, "Receiver", "w:InternalError", why);
}

public sealed record WsManRequest(string Action, string MessageId, string ResourceUri, string? ShellId, TimeSpan Timeout, int MaxEnvelope, XElement Body, string Url, string User, string ClientIp);

public sealed class WsMan(string machine, TimeSpan linger, int maxShells, bool exchangeFault)
{
    private static readonly XNamespace S = "http://www.w3.org/2003/05/soap-envelope", A = "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", R = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
        Pwsh = "http://schemas.microsoft.com/powershell", Identity = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";
    private const string Transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer/", Windows = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/",
        Anonymous = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous", Done = Windows + "CommandState/Done";

    public ConcurrentDictionary<string, Shell> Shells { get; } = new(StringComparer.OrdinalIgnoreCase);
    public long Received, Sent;
    private readonly Dictionary<string, int> shellsOf = new(StringComparer.OrdinalIgnoreCase);

    // ---- requests ------------------------------------------------------------------------------------------------

    public static XElement? Parse(Stream body, out string? problem)
    {
        try
        {
            using var reader = XmlReader.Create(body, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XElement.Load(reader);
            problem = root.Name == S + "Envelope" ? null : "The root element is not a SOAP 1.2 envelope.";
            return root;
        }
        catch (XmlException e) { problem = e.Message; return null; }
    }

    public static bool IsIdentify(XElement envelope) => envelope.Element(S + "Body")?.Element(Identity + "Identify") is not null;

    public static string IdentifyResponse() =>
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body><wsmid:IdentifyResponse xmlns:wsmid=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\">" +
        "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion><wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>" +
        "<wsmid:ProductVersion>OS: 10.0.20348 SP: 0.0 Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse></s:Body></s:Envelope>";

    public static WsManRequest Read(XElement envelope, string url, string user, string clientIp)
    {
        var header = envelope.Element(S + "Header") ?? throw WsManFault.BadXml("The SOAP header is absent.");
        string? Text(XName name) => header.Element(name)?.Value.Trim();
        TimeSpan Duration(string? text)
        {
            try { return text is null ? TimeSpan.FromSeconds(60) : XmlConvert.ToTimeSpan(text); }
            catch (Exception e) when (e is FormatException or OverflowException) { throw WsManFault.BadXml($"The XML contains an invalid timeout field in the SOAP header: {text}."); }
        }
        var selector = header.Element(W + "SelectorSet")?.Elements(W + "Selector").FirstOrDefault(e => (string?)e.Attribute("Name") == "ShellId");
        return new(
            Text(A + "Action") ?? throw WsManFault.BadXml("The Action header is absent."),
            Text(A + "MessageID") ?? throw WsManFault.BadXml("The MessageID header is absent."),
            Text(W + "ResourceURI") ?? throw WsManFault.BadXml("The ResourceURI header is absent."),
            selector?.Value.Trim(), Duration(Text(W + "OperationTimeout")),
            int.TryParse(Text(W + "MaxEnvelopeSize"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var size) ? size : 153_600,
            envelope.Element(S + "Body") ?? throw WsManFault.BadXml("The SOAP body is absent."), url, user, clientIp);
    }

    private static readonly string[] Resources = [Pwsh.NamespaceName + "/Microsoft.Exchange", Pwsh.NamespaceName + "/Microsoft.PowerShell"];

    /// <summary>Does one operation; returns the response's body XML. <paramref name="authorize"/> may refuse the shell (sticky cookie).</summary>
    public async Task<string> Handle(WsManRequest request, Func<Shell, bool> authorize, Action<Shell> created, CancellationToken aborted)
    {
        if (!Resources.Contains(request.ResourceUri.TrimEnd('/'), StringComparer.OrdinalIgnoreCase)) throw WsManFault.BadResource(request.ResourceUri);
        if (request.MaxEnvelope < 8192) throw WsManFault.EnvelopeTooSmall();
        if (request.Action == Transfer + "Create") return await Create(request, created);
        if (request.ShellId is not { } id || !Shells.TryGetValue(id, out var shell) || !authorize(shell)) throw WsManFault.ShellNotFound(request.ShellId ?? "");
        Interlocked.Increment(ref shell.Busy);
        try
        {
            return request.Action switch
            {
                Windows + "Command" => await Start(request, shell),
                Windows + "Send" => await Send(request, shell),
                Windows + "Receive" => await Receive(request, shell, aborted),
                Windows + "Signal" => await Signal(request, shell),
                Transfer + "Delete" => await Delete(shell),
                _ => throw WsManFault.BadAction(request.Action),
            };
        }
        finally { shell.LastUsed = DateTime.UtcNow; Interlocked.Decrement(ref shell.Busy); }
    }

    private static XElement Need(XElement parent, XName name) => parent.Element(name) ?? throw WsManFault.BadXml($"The element {name.LocalName} is absent.");

    private static byte[] Decode(string base64)
    {
        try { return Convert.FromBase64String(base64); }
        catch (FormatException) { throw WsManFault.BadXml("The element holds data that is not base64."); }
    }

    private static Task Run(Action action) => Task.Run(() =>
    {
        try { action(); }
        catch (InvalidOperationException e) { throw WsManFault.Internal(e.Message); }
    });

    private async Task<string> Create(WsManRequest request, Action<Shell> created)
    {
        var element = Need(request.Body, R + "Shell");
        var fragments = Decode(Need(element, Pwsh + "creationXml").Value);
        var id = ((string?)element.Attribute("ShellId") ?? Guid.NewGuid().ToString()).ToUpperInvariant();
        var idle = (element.Element(R + "IdleTimeout") ?? element.Element(R + "IdleTimeOut"))?.Value is { } text ? XmlConvert.ToTimeSpan(text) : TimeSpan.FromMinutes(15);
        if (CountShells(request.User, 1) > maxShells)
        {
            CountShells(request.User, -1);
            throw WsManFault.TooManyShells(maxShells, request.User, exchangeFault);
        }
        Shell shell = null!;
        try
        {
            await Run(() =>
            {
                shell = new Shell(id, (string?)element.Attribute("Name") ?? "Session", request.ResourceUri, request.User, request.Url, idle);
                shell.SendToPool(fragments, "stdin");
            });
            if (!Shells.TryAdd(id, shell)) throw WsManFault.Internal("The shell identifier is already in use.");
        }
        catch { CountShells(request.User, -1); throw; }
        created(shell);
        return $"<x:ResourceCreated><a:Address>{SecurityElement.Escape(request.Url)}</a:Address><a:ReferenceParameters><w:ResourceURI>{request.ResourceUri}</w:ResourceURI>" +
            $"<w:SelectorSet><w:Selector Name=\"ShellId\">{id}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>" +
            $"<rsp:Shell xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\"><rsp:ShellId>{id}</rsp:ShellId><rsp:Name>{SecurityElement.Escape(shell.Name)}</rsp:Name><rsp:ResourceUri>{request.ResourceUri}</rsp:ResourceUri>" +
            $"<rsp:Owner>{SecurityElement.Escape(request.User)}</rsp:Owner><rsp:ClientIP>{request.ClientIp}</rsp:ClientIP><rsp:ProcessId>{Environment.ProcessId}</rsp:ProcessId>" +
            $"<rsp:IdleTimeOut>PT{idle.TotalSeconds:F3}S</rsp:IdleTimeOut><rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>" +
            "<rsp:MaxIdleTimeOut>PT43200.000S</rsp:MaxIdleTimeOut><rsp:Locale>en-US</rsp:Locale><rsp:DataLocale>en-US</rsp:DataLocale><rsp:CompressionMode>NoCompression</rsp:CompressionMode>" +
            "<rsp:ProfileLoaded>Yes</rsp:ProfileLoaded><rsp:Encoding>UTF8</rsp:Encoding><rsp:BufferMode>Block</rsp:BufferMode><rsp:State>Connected</rsp:State>" +
            "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>";
    }

    private int CountShells(string user, int by) { lock (shellsOf) return shellsOf[user] = shellsOf.GetValueOrDefault(user) + by; }

    private static async Task<string> Start(WsManRequest request, Shell shell)
    {
        var line = Need(request.Body, R + "CommandLine");
        var fragments = Decode(string.Concat(line.Elements(R + "Arguments").Select(e => e.Value)));
        Command command = null!;
        await Run(() => command = shell.Start((string?)line.Attribute("CommandId"), fragments));
        return $"<rsp:CommandResponse><rsp:CommandId>{command.Id}</rsp:CommandId></rsp:CommandResponse>";
    }

    private static Command FindCommand(Shell shell, string id) => shell.Find(id) ?? throw WsManFault.CommandNotFound();

    private static async Task<string> Send(WsManRequest request, Shell shell)
    {
        foreach (var stream in Need(request.Body, R + "Send").Elements(R + "Stream"))
        {
            var (data, name) = (Decode(stream.Value), (string?)stream.Attribute("Name") ?? "stdin");
            if ((string?)stream.Attribute("CommandId") is { Length: > 0 } id)
            {
                var command = FindCommand(shell, id);
                await Run(() => shell.Send(command, data, name));
            }
            else await Run(() => shell.SendToPool(data, name));
        }
        return "<rsp:SendResponse/>";
    }

    private async Task<string> Receive(WsManRequest request, Shell shell, CancellationToken aborted)
    {
        var id = (string?)Need(Need(request.Body, R + "Receive"), R + "DesiredStream").Attribute("CommandId");
        var command = id is null ? null : FindCommand(shell, id);
        var queue = command?.Output ?? shell.PoolOutput;
        var open = command is null ? "<rsp:Stream Name=\"stdout\">" : $"<rsp:Stream Name=\"stdout\" CommandId=\"{command.Id}\">";
        const string close = "</rsp:Stream>";
        var room = request.MaxEnvelope - 2048; // the envelope's own header, and CommandState
        var taken = await queue.Take(room, f => f.Length + open.Length + close.Length, request.Timeout, linger, aborted) ?? throw WsManFault.TimedOut();
        if (queue.Abandoned) throw WsManFault.Aborted();
        var body = new StringBuilder("<rsp:ReceiveResponse>", room);
        foreach (var fragment in taken.Fragments) body.Append(open).Append(fragment).Append(close);
        if (command is not null && taken.Done) body.Append($"<rsp:CommandState CommandId=\"{command.Id}\" State=\"{Done}\"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>");
        return body.Append("</rsp:ReceiveResponse>").ToString();
    }

    private static async Task<string> Signal(WsManRequest request, Shell shell)
    {
        var signal = Need(request.Body, R + "Signal");
        var command = FindCommand(shell, (string?)signal.Attribute("CommandId") ?? "");
        var terminate = Need(signal, R + "Code").Value.EndsWith("/terminate", StringComparison.OrdinalIgnoreCase);
        await Run(() => { if (terminate) shell.Terminate(command); else shell.Stop(command); });
        return "<rsp:SignalResponse/>";
    }

    private async Task<string> Delete(Shell shell) { await Run(() => Close(shell)); return ""; }

    public void Close(Shell shell)
    {
        if (!Shells.TryRemove(shell.Id, out _)) return;
        CountShells(shell.Owner, -1);
        shell.Close();
    }

    // ---- responses -----------------------------------------------------------------------------------------------

    public string Respond(string action, string? relatesTo, string body) =>
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/transfer\" " +
        "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\" xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\">" +
        $"<s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{Guid.NewGuid().ToString().ToUpperInvariant()}</a:MessageID><a:To>{Anonymous}</a:To>" +
        (relatesTo is null ? "" : $"<a:RelatesTo>{SecurityElement.Escape(relatesTo)}</a:RelatesTo>") + $"</s:Header><s:Body>{body}</s:Body></s:Envelope>";

    public string RespondFault(WsManFault fault, string? relatesTo) => Respond("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", relatesTo, fault.ToXml(machine));
}
