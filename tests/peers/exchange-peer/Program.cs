// exchange-peer: an Exchange-like remote PowerShell endpoint for tests. See README.md.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ExchangePeer;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var options = Options.Parse(args);
if (options is null) return 2;
var clock = Stopwatch.StartNew();

World NewWorld(int atLeast = 0)
{
    var shape = new Shape(Math.Max(options.Int("mailboxes"), atLeast), options.Int("devices-per-mailbox"), (ulong)options.Int("seed"), options["hazards"] == "on", options.Int("ous"), options["odd-ids"] == "on");
    var world = new World(shape, TimeSpan.FromSeconds(options.Int("wipe-delay")));
    foreach (var name in new[] { "scope", "scope-hard" })
        if (options[name] != "") world.Scope = NewScope(world, options[name], name == "scope-hard") ?? throw new ArgumentException($"--{name}: there is no organizational unit {options[name]}");
    return world;
}
static Scope? NewScope(World world, string unit, bool hard)
{
    try { return world.Units.Find(unit) is { } units ? new(unit, units, hard) : null; }
    catch (Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException) { return null; }
}
if (options.Has("decode")) return Clixml.Decode(options["decode"]);
if (options.Has("encode"))
{
    var (count, perMailbox) = (options.Int("encode"), options.Int("devices-per-mailbox"));
    var all = NewWorld((count + perMailbox - 1) / perMailbox);
    return Clixml.Encode(all.Mailboxes().SelectMany(m => all.Devices(m)).Take(count), options["encode-file"]);
}
try { World.Current = NewWorld(); }
catch (ArgumentException e) { Console.Error.WriteLine(e.Message); return 2; }
Behaviour.Current = new(options.Milliseconds("cmdlet-ms"), options.Milliseconds("stats-ms"), options.Int("object-us"), Budget.Parse(options["budget"]),
    options["filter-whenchanged"] == "on", options["select"] == "open", new(options["deny"]));
if (Behaviour.Current.Denied.Cmdlets.Except(ExchangeSession.CommandNames, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"--deny: there is no {unknown}");
    return 2;
}
ThreadPool.SetMinThreads(64, 64); // engine calls block their threads

if (options.Port("http") is null && options.Port("https") is null)
{
    Console.Error.WriteLine("no listener: --http and --https are both 0");
    return 2;
}

var schemes = options["auth"].Split(',');
var (user, password) = (options["user"], options["password"]);
if (schemes.Contains("negotiate") || schemes.Contains("ntlm"))
{
    // gss-ntlmssp reads the accounts from this file; the runtime's own environment is not the C library's.
    var accounts = Path.Combine(Path.GetTempPath(), $"exchange-peer-ntlm-{Environment.ProcessId}");
    File.WriteAllText(accounts, $"CONTOSO:{user}:{password}\n");
#pragma warning disable CA1416 // this program is for Linux
    File.SetUnixFileMode(accounts, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
    Native.SetEnv("NTLM_USER_FILE", accounts, 1);
    if (options.Has("keytab")) Native.SetEnv("KRB5_KTNAME", options["keytab"], 1);
}
var authenticator = new Authenticator(schemes, user, password);
var wsman = new WsMan("EX01.contoso.com", options.Milliseconds("linger-ms"), options.Int("max-shells"), options["shell-fault"] == "exchange");
var faults = new FaultPlan();
var transcript = options.Has("transcript") ? new Transcript(options["transcript"]) : null;
var actions = new ConcurrentDictionary<string, int>();
var ledger = new Ledger();

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseKestrelHttpsConfiguration();
builder.Logging.ClearProviders();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200)); // a pending Receive is not waited for
builder.WebHost.ConfigureKestrel(kestrel =>
{
    var bind = IPAddress.Parse(options["bind"]);
    kestrel.Limits.MaxRequestBodySize = 16 << 20;
    kestrel.AddServerHeader = false;
    static void Keep(ListenOptions l) => l.Use(next => connection => { connection.Items[Sabotage.ConnectionKey] = connection; return next(connection); });
    if (options.Port("http") is int plain) kestrel.Listen(bind, plain, l => { l.Protocols = HttpProtocols.Http1; Keep(l); });
    if (options.Port("https") is not int secure) return;
    var certificate = Authenticator.Certificate(options["cert"], options.Has("key") ? options["key"] : null);
    kestrel.Listen(bind, secure, l => { l.Protocols = HttpProtocols.Http1; l.UseHttps(certificate); Keep(l); });
});
var app = builder.Build();

app.MapGet("/__state", () => Results.Json(new
{
    world = World.Current.Snapshot(),
    shells = wsman.Shells.Values.Select(s => new { s.Id, s.Name, s.Owner, s.ResourceUri, s.Created, s.LastUsed, commands = s.CommandCount }),
    requests = actions, ledger = ledger.Snapshot(), wsman.Received, wsman.Sent, faults = faults.Armed,
}));
app.MapGet("/__devices", (HttpContext http) => Truth.Devices(http, http.Request.Query["mailbox"].FirstOrDefault(), http.Request.Query["ou"].FirstOrDefault()));
app.MapGet("/__mailboxes", (HttpContext http) => Truth.Mailboxes(http, http.Request.Query["ou"].FirstOrDefault()));
app.MapPost("/__churn", (HttpRequest control) => Control<Churn>(control, churn =>
    Results.Json(World.Current.Churn(churn.Add, churn.Change, churn.Remove, churn.Quarantine, churn.Mailboxes))));
app.MapPost("/__scope", (HttpRequest control) => Control<ScopeRequest>(control, wanted =>
{
    var scope = wanted.Ou is null ? null : NewScope(World.Current, wanted.Ou, wanted.Hard);
    if (wanted.Ou is not null && scope is null) return Results.BadRequest($"there is no organizational unit {wanted.Ou}\n");
    World.Current.Scope = scope;
    return Results.Text("scoped\n");
}));
app.MapPost("/__reset", () => { foreach (var s in wsman.Shells.Values) wsman.Close(s); faults.Clear(); actions.Clear(); ledger.Clear(); wsman.Received = wsman.Sent = 0; World.Current = NewWorld(); return "reset\n"; });
app.MapPost("/__fault", (HttpRequest control) => Control<Fault>(control, fault =>
{
    if (fault.Problem() is { } problem) return Results.BadRequest(problem + "\n");
    if (fault.Kind == "kill-shells") foreach (var s in wsman.Shells.Values) wsman.Close(s); else faults.Arm(fault);
    return Results.Text("armed\n");
}));
app.MapDelete("/__fault", () => { faults.Clear(); return "cleared\n"; });
foreach (var path in new[] { "/PowerShell", "/wsman" }) app.MapPost(path, Serve);

using var reaper = new Timer(_ =>
{
    foreach (var shell in wsman.Shells.Values)
        if (shell.Busy == 0 && DateTime.UtcNow - shell.LastUsed > shell.IdleTimeout) wsman.Close(shell);
}, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

await app.StartAsync();
Console.WriteLine($"exchange-peer ready after {clock.ElapsedMilliseconds} ms on {string.Join(" ", app.Urls)}");
if (options["until-eof"] == "on")
    _ = Task.Run(() => { while (Console.In.Read() >= 0) { } app.Lifetime.StopApplication(); });
await app.WaitForShutdownAsync();
return 0;

// A control request in JSON; a misspelt key or bad JSON is refused, so that no test passes on a fault that was never armed.
async Task<IResult> Control<T>(HttpRequest control, Func<T, IResult> act) where T : class
{
    var keys = string.Join(", ", typeof(T).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)));
    try
    {
        return await JsonSerializer.DeserializeAsync<T>(control.Body, Fault.Json) is { } request ? act(request) : Results.BadRequest($"keys: {keys}\n");
    }
    catch (JsonException e) { return Results.BadRequest($"{e.Message}\nkeys: {keys}\n"); }
}

async Task Serve(HttpContext http)
{
    var buffer = new MemoryStream();
    await http.Request.Body.CopyToAsync(buffer);
    var body = buffer.ToArray();
    Interlocked.Add(ref wsman.Received, body.Length);

    // Identify needs no authentication when the client says so.
    var envelope = body.Length == 0 ? null : WsMan.Parse(new MemoryStream(body), out _);
    if (envelope is not null && WsMan.IsIdentify(envelope) && http.Request.Headers["WSMANIDENTIFY"] == "unauthenticated")
    {
        transcript?.Write("Identify", http, body, 200, WsMan.IdentifyResponse());
        await Reply(http, 200, WsMan.IdentifyResponse(), false);
        return;
    }
    if (authenticator.Authenticate(http) is not { } name) { ledger.NoteUnauthenticated(); return; }
    if (body.Length == 0) return; // a client that only sets up its security context
    var encrypted = http.Request.ContentType?.StartsWith("multipart/encrypted", StringComparison.OrdinalIgnoreCase) == true;
    try { if (encrypted) body = Authenticator.Decrypt(http, body); }
    catch (InvalidDataException e) { Console.Error.WriteLine(e.Message); http.Response.StatusCode = 400; return; }

    envelope = WsMan.Parse(new MemoryStream(body), out var problem);
    if (problem is null && WsMan.IsIdentify(envelope!)) { await Reply(http, 200, WsMan.IdentifyResponse(), encrypted); return; }
    WsManRequest? request = null;
    Fault? fault = null;
    int status;
    string response;
    try
    {
        if (problem is not null) throw WsManFault.BadXml(problem);
        request = WsMan.Read(envelope!, $"{http.Request.Scheme}://{http.Request.Host}{http.Request.Path}", name, http.Connection.RemoteIpAddress?.ToString() ?? "");
        var action = request.Action[(request.Action.LastIndexOf('/') + 1)..];
        actions.AddOrUpdate(action, 1, (_, n) => n + 1);
        ledger.Note(request, action);
        fault = faults.Take(action);
        if (fault is not null && await Sabotage.AnswerInstead(fault, http)) return;
        if (fault?.Kind == "kill-shell" && request.ShellId is { } id && wsman.Shells.TryGetValue(id, out var killed)) wsman.Close(killed);
        if (fault?.Kind == "timeout") throw WsManFault.TimedOut();
        if (fault?.Kind == "denied") throw new WsManFault(500, 5, "Sender", "w:AccessDenied", "Access is denied.");

        var result = await wsman.Handle(request,
            shell => options["sticky"] == "off" || http.Request.Cookies["MS-WSMAN"] == Uri.EscapeDataString(shell.Cookie) || http.Request.Cookies["MS-WSMAN"] == shell.Cookie,
            shell => { if (options["sticky"] != "off") http.Response.Headers.SetCookie = $"MS-WSMAN={shell.Cookie}; path=/; HttpOnly"; },
            http.RequestAborted);
        (status, response) = (200, wsman.Respond(request.Action + "Response", request.MessageId, result));
    }
    catch (WsManFault e)
    {
        if (options["sticky"] == "401" && request?.ShellId is not null && !http.Request.Cookies.ContainsKey("MS-WSMAN")) { http.Response.StatusCode = 401; return; }
        (status, response) = (e.Status, wsman.RespondFault(e, request?.MessageId));
    }
    catch (OperationCanceledException) { return; }
    catch (Exception e)
    {
        Console.Error.WriteLine(e);
        (status, response) = (500, wsman.RespondFault(WsManFault.Internal(e.Message), request?.MessageId));
    }
    transcript?.Write(request?.Action ?? "bad", http, body, status, response);
    if (fault is not null)
    {
        if (Sabotage.Spoil(fault, response) is { } spoilt) response = spoilt; else faults.Return(fault);
    }
    await Reply(http, status, response, encrypted, fault);
}

async Task Reply(HttpContext http, int status, string xml, bool encrypt, Fault? fault = null)
{
    var bytes = Encoding.UTF8.GetBytes(xml);
    var type = "application/soap+xml;charset=UTF-8";
    if (encrypt) bytes = Authenticator.Encrypt(http, bytes, out type);
    http.Response.StatusCode = status;
    http.Response.ContentType = type;
    http.Response.ContentLength = bytes.Length;
    Interlocked.Add(ref wsman.Sent, bytes.Length);
    if (!await Sabotage.Send(fault, http, bytes)) await http.Response.Body.WriteAsync(bytes);
}

namespace ExchangePeer
{
    public sealed record Churn(int Add = 0, int Change = 0, int Remove = 0, int Quarantine = 0, int Mailboxes = 0);
    public sealed record ScopeRequest(string? Ou = null, bool Hard = false);

    /// <summary>Writes every exchange to numbered files.</summary>
    public sealed class Transcript
    {
        private readonly string folder;
        private int number;
        public Transcript(string folder) => Directory.CreateDirectory(this.folder = folder);

        public void Write(string action, HttpContext http, byte[] request, int status, string response)
        {
            var stem = Path.Combine(folder, $"{Interlocked.Increment(ref number):D4}-{action[(action.LastIndexOf('/') + 1)..]}");
            var headers = string.Concat(http.Request.Headers.Where(h => h.Key != "Authorization").Select(h => $"{h.Key}: {h.Value}\n"));
            File.WriteAllText(stem + ".headers.txt", $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n{headers}\nHTTP {status}\n{string.Concat(http.Response.Headers.Select(h => $"{h.Key}: {h.Value}\n"))}");
            File.WriteAllBytes(stem + ".request.xml", request);
            File.WriteAllText(stem + ".response.xml", response);
        }
    }

    public sealed class Options
    {
        private static readonly (string Name, string? Default, string Help)[] Known =
        [
            ("bind", "127.0.0.1", "address to listen on"), ("http", "8980", "HTTP port, 0 for none, any for a free one"), ("https", "8943", "HTTPS port, likewise"), ("until-eof", "off", "on: end when standard input does"),
            ("cert", "exchange-peer.pem", "certificate file: read when --key is given, else written"), ("key", null, "private key file (PEM)"),
            ("user", "admin", "account name"), ("password", "secret", "its password"), ("auth", "basic", "basic, negotiate, kerberos, ntlm, none; several by comma"),
            ("keytab", null, "Kerberos keytab"), ("sticky", "off", "off, fault or 401: what a later request without the cookie gets"),
            ("mailboxes", "1000", "number of mailboxes"), ("devices-per-mailbox", "2", "devices in each"), ("seed", "1", "seed of the data set"),
            ("ous", "1", "containers that mailboxes are spread over: Users and organizational units"), ("odd-ids", "off", "on: the first mailboxes' devices have awkward ids"),
            ("scope", "", "organizational unit: all that a session sees until it asks for the entire forest"), ("scope-hard", "", "likewise, and asking does not help"),
            ("hazards", "off", "on: two more mailboxes whose names strict XML parsers refuse"), ("wipe-delay", "0", "seconds until a wipe is acknowledged, 0 for never"), ("linger-ms", "2", "how long Receive gathers more output"), ("transcript", null, "folder for raw requests and responses"),
            ("select", "restricted", "restricted or open: which properties Select-Object takes"), ("filter-whenchanged", "off", "on: Get-MobileDevice -Filter takes WhenChangedUTC and its like"),
            ("deny", "", "cmdlets, and parameters as Cmdlet:Parameter, that the role lacks; by comma"),
            ("cmdlet-ms", "0", "the least time an Exchange cmdlet takes"), ("stats-ms", "0", "time of each identity or mailbox in Get-MobileDeviceStatistics"), ("object-us", "0", "time of each object an Exchange cmdlet writes"),
            ("max-shells", "18", "a user's shells at one time"), ("shell-fault", "exchange", "exchange or winrm: whose words one shell more is refused with"),
            ("budget", "off", "cmdlets/seconds[/ms]: a user's cmdlets in a period, and the delay of each one more (1000)"),
            ("encode", null, "N FILE: write N devices as CLIXML and exit"), ("decode", null, "FILE: read CLIXML, tell the time it took and exit"),
        ];

        private readonly Dictionary<string, string> values = Known.Where(k => k.Default is not null).ToDictionary(k => k.Name, k => k.Default!);
        public string this[string name] => values[name];
        public bool Has(string name) => values.ContainsKey(name);
        public int Int(string name) => int.Parse(values[name], CultureInfo.InvariantCulture);
        public int? Port(string name) => this[name] == "any" ? 0 : Int(name) is > 0 and var port ? port : null;
        public TimeSpan Milliseconds(string name) => TimeSpan.FromMilliseconds(Int(name));

        public static Options? Parse(string[] args)
        {
            var options = new Options();
            for (var i = 0; i < args.Length; i += 2)
            {
                var values = args[i] == "--encode" ? 2 : 1;
                if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + values >= args.Length || !Array.Exists(Known, k => k.Name == args[i][2..]))
                {
                    Console.Error.WriteLine("usage: exchange-peer [--option value]...\n" + string.Join("\n", Known.Select(k => $"  --{k.Name,-22}{k.Help}{(k.Default is null ? "" : $" ({k.Default})")}")));
                    return null;
                }
                options.values[args[i][2..]] = args[i + 1];
                if (values == 2) options.values["encode-file"] = args[++i + 1];
            }
            return options;
        }
    }

    internal static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int SetEnv(string name, string value, int overwrite);
    }
}
