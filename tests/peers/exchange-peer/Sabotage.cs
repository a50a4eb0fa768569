// Faults: what may be armed, and how a reply is spoilt.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ExchangePeer;

public sealed record Fault(string Kind, int Count = 1, string? Action = null, int Ms = 0, int Status = 503, string? Body = null, int After = 0, string? Type = null)
{
    /// <summary>Before anything is done.</summary>
    private static readonly string[] Instead = ["drop", "hang", "status", "redirect", "garbage", "timeout", "denied", "kill-shell", "slow"];
    /// <summary>Once it is done.</summary>
    private static readonly string[] Afterwards = ["drop-after", "hang-after", "truncate", "drip", "endless", "no-length", "long-length", "doctype", "entity-bomb"];
    /// <summary>Once there is output to spoil; those wait for such a reply.</summary>
    private static readonly string[] OfOutput = ["bad-base64", "short-base64", "fragment-order", "fragment-object", "fragment-length", "payload"];

    public static readonly string[] Kinds = [.. Instead, .. Afterwards, .. OfOutput, "kill-shells"];
    public static readonly string[] Actions = ["Create", "Command", "Send", "Receive", "Signal", "Delete"];
    public static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    internal bool NeedsOutput => OfOutput.Contains(Kind);

    /// <summary>What is wrong with a request for this fault, or null.</summary>
    public string? Problem()
    {
        if (!Kinds.Contains(Kind)) return "kinds: " + string.Join(", ", Kinds);
        if (Action is not null && !Actions.Contains(Action, StringComparer.OrdinalIgnoreCase)) return "actions: " + string.Join(", ", Actions);
        if (NeedsOutput && Action?.Equals("Receive", StringComparison.OrdinalIgnoreCase) == false) return $"{Kind} is for Receive";
        return Kind == "payload" && Body is null ? "payload needs a body" : null;
    }
}

public sealed class FaultPlan
{
    private readonly List<Fault> armed = [];
    public Fault[] Armed { get { lock (armed) return [.. armed]; } }
    public void Arm(Fault fault) { lock (armed) armed.Add(fault); }
    public void Clear() { lock (armed) armed.Clear(); }

    /// <summary>Puts a fault back that found nothing to spoil.</summary>
    public void Return(Fault fault)
    {
        lock (armed)
            if (armed.Count > 0 && armed[0] == fault with { Count = fault.Count - 1 }) armed[0] = fault;
            else armed.Insert(0, fault with { Count = 1 });
    }

    /// <summary>The first armed fault that is for this action; counts it down.</summary>
    public Fault? Take(string action)
    {
        lock (armed)
        {
            var at = armed.FindIndex(f => (f.NeedsOutput ? "Receive" : f.Action) is not { } wanted || wanted.Equals(action, StringComparison.OrdinalIgnoreCase));
            if (at < 0) return null;
            var fault = armed[at];
            if (fault.After > 0) { armed[at] = fault with { After = fault.After - 1 }; return null; }
            if (fault.Count <= 1) armed.RemoveAt(at); else armed[at] = fault with { Count = fault.Count - 1 };
            return fault;
        }
    }
}

public static class Sabotage
{
    public const string ConnectionKey = "exchange-peer.connection";
    private const int BombDepth = 10;

    // ---- what a reply says ---------------------------------------------------------------------------------------

    /// <summary>A reply's text made wrong; null when there is nothing in it that this fault is about.</summary>
    public static string? Spoil(Fault fault, string xml) => fault.Kind switch
    {
        "doctype" => "<!DOCTYPE s:Envelope [<!ENTITY a \"a\">]>" + xml,
        "entity-bomb" => Bomb() + xml.Replace("<s:Body>", $"<s:Body><x>&e{BombDepth};</x>"),
        "bad-base64" => Streams(xml, base64 => base64[..(base64.Length / 2)] + "!" + base64[(base64.Length / 2 + 1)..]),
        "short-base64" => Streams(xml, base64 => base64.TrimEnd('=')[..^1]),
        "fragment-order" => Fragments(xml, f => f.Split() is var (a, b) ? [b, a] : null),
        "fragment-object" => Fragments(xml, f => f.Split() is var (a, b) ? [a, b with { Object = b.Object + 1_000_000 }] : null),
        "fragment-length" => Fragments(xml, f => [f with { Length = 1_000_000_000 }]),
        "payload" => Fragments(xml, f => f.IsWhole && f.MessageType == 0x00041004 ? [f.With([.. f.Data[..40], .. Encoding.UTF8.GetBytes(fault.Body!)])] : null),
        _ => xml,
    };

    private static string Bomb() => "<!DOCTYPE s:Envelope [<!ENTITY e0 \"billions\">" +
        string.Concat(Enumerable.Range(1, BombDepth).Select(i => $"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">")) + "]>";

    private static readonly Regex Stream = new("(?<open><rsp:Stream[^>]*>)(?<base64>[^<]+)</rsp:Stream>");

    /// <summary>Changes the first stream for which <paramref name="change"/> knows something.</summary>
    private static string? Streams(string xml, Func<string, string?> change)
    {
        foreach (Match match in Stream.Matches(xml))
            if (change(match.Groups["base64"].Value) is { } changed)
                return $"{xml[..match.Index]}{match.Groups["open"]}{changed}</rsp:Stream>{xml[(match.Index + match.Length)..]}";
        return null;
    }

    private static string? Fragments(string xml, Func<Fragment, Fragment[]?> change) => Streams(xml, base64 =>
        Fragment.Parse(Convert.FromBase64String(base64)) is { } fragment && change(fragment) is { } changed ? Convert.ToBase64String([.. changed.SelectMany(f => f.ToBytes())]) : null);

    /// <summary>One PSRP fragment; its length may be a lie.</summary>
    private sealed record Fragment(ulong Object, ulong Number, byte Flags, uint Length, byte[] Data)
    {
        public bool IsWhole => (Flags & 3) == 3;
        public uint MessageType => Data.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(Data.AsSpan(4));

        public static Fragment? Parse(byte[] bytes) => bytes.Length < 21 || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(17)) is var length && length != bytes.Length - 21 ? null :
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)), bytes[16], length, bytes[21..]);

        public Fragment With(byte[] data) => this with { Data = data, Length = (uint)data.Length };

        /// <summary>A whole object as two fragments; null when it has more or fewer.</summary>
        public (Fragment, Fragment)? Split()
        {
            if (!IsWhole || Data.Length < 2) return null;
            var middle = Data.Length / 2;
            return (With(Data[..middle]) with { Flags = 1 }, With(Data[middle..]) with { Flags = 2, Number = Number + 1 });
        }

        public byte[] ToBytes()
        {
            var head = new byte[21];
            BinaryPrimitives.WriteUInt64BigEndian(head, Object);
            BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(8), Number);
            head[16] = Flags;
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(17), Length);
            return [.. head, .. Data];
        }
    }

    // ---- how a reply travels -------------------------------------------------------------------------------------

    /// <summary>Answers in the fault's own way before anything is done; false when the request is to go on.</summary>
    public static async Task<bool> AnswerInstead(Fault fault, HttpContext http)
    {
        switch (fault.Kind)
        {
            case "slow": await Task.Delay(fault.Ms); return false;
            case "drop": http.Abort(); return true;
            case "hang": await Hang(http); return true;
            case "status": return await Answer(http, fault.Status, fault.Type, fault.Body ?? "");
            case "garbage": return await Answer(http, 200, fault.Type ?? "text/html", fault.Body ?? "<html><head><title>Sign in</title></head><body><p>Please sign in &nbsp;<br></body></html>");
            case "redirect":
                http.Response.Headers.Location = fault.Body ?? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.Path}";
                return await Answer(http, fault.Status is >= 300 and < 400 ? fault.Status : 307, fault.Type, "");
            default: return false;
        }
    }

    private static async Task<bool> Answer(HttpContext http, int status, string? type, string body)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(body);
        return true;
    }

    /// <summary>Nothing until the client goes.</summary>
    public static async Task Hang(HttpContext http)
    {
        try { await Task.Delay(Timeout.Infinite, http.RequestAborted); }
        catch (OperationCanceledException) { }
    }

    /// <summary>Sends the reply in the fault's way; false when it is to be sent as always. The response's head is prepared.</summary>
    public static async Task<bool> Send(Fault? fault, HttpContext http, byte[] bytes)
    {
        try
        {
            switch (fault?.Kind)
            {
                case "drop-after": http.Abort(); return true;
                case "hang-after": await Hang(http); return true;
                case "truncate":
                    await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                    await http.Response.Body.FlushAsync();
                    http.Abort();
                    return true;
                case "drip":
                    for (var i = 0; i < bytes.Length; i++)
                    {
                        await http.Response.Body.WriteAsync(bytes.AsMemory(i, 1), http.RequestAborted);
                        await http.Response.Body.FlushAsync(http.RequestAborted);
                        await Task.Delay(fault.Ms is > 0 and var ms ? ms : 10, http.RequestAborted);
                    }
                    return true;
                case "endless":
                    http.Response.ContentLength = null;
                    await http.Response.Body.WriteAsync(bytes.AsMemory(0, Math.Max(bytes.AsSpan().IndexOf("<s:Body>"u8), 0)), http.RequestAborted);
                    for (var blank = Encoding.ASCII.GetBytes(new string(' ', 65_536)); ;) await http.Response.Body.WriteAsync(blank, http.RequestAborted);
                case "no-length": await SendRaw(http, bytes, null); return true;
                case "long-length": await SendRaw(http, bytes, 1_000_000_000); return true;
                default: return false;
            }
        }
        catch (OperationCanceledException) { return true; }
    }

    /// <summary>Past the server's HTTP, which always tells the length or sends chunks: the connection's end ends the body, if a length does not promise more.</summary>
    private static async Task SendRaw(HttpContext http, byte[] bytes, long? length)
    {
        var connection = (ConnectionContext)http.Features.Get<IConnectionItemsFeature>()!.Items[ConnectionKey]!;
        var output = connection.Transport.Output;
        output.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {http.Response.StatusCode} OK\r\nContent-Type: {http.Response.ContentType}\r\n{(length is null ? "Connection: close\r\n" : $"Content-Length: {length}\r\n")}\r\n"));
        output.Write(bytes);
        await output.FlushAsync();
        if (length is null && http.Features.Get<ISslStreamFeature>() is { } tls) await tls.SslStream.ShutdownAsync();
        else if (length is null) await output.CompleteAsync();
        await Hang(http);
    }
}
