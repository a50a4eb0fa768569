// What clients sent, and whether they sent any of it twice: by message, by content, and by what is inside.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace ExchangePeer;

public sealed class Ledger
{
    private const int MostRepeats = 1000;

    private sealed class Counted
    {
        private readonly HashSet<string> seen = [];
        public int Total { get; private set; }
        public int Distinct => seen.Count;
        public bool Add(string value) { Total++; return seen.Add(value); }
    }

    private readonly Lock gate = new();
    private readonly Dictionary<string, Dictionary<string, Counted>> requests = []; // by action, then by what is counted
    private readonly Dictionary<string, Counted> messages = []; // by type of PSRP message
    private readonly List<object> repeats = [];
    private int repeated, unauthenticated;

    public void Clear() { lock (gate) { requests.Clear(); messages.Clear(); repeats.Clear(); repeated = unauthenticated = 0; } }

    public void NoteUnauthenticated() { lock (gate) unauthenticated++; }

    /// <summary>Counts a request as it comes in, before any fault is let loose on it.</summary>
    public void Note(WsManRequest request, string action)
    {
        var shell = request.ShellId ?? (string?)request.Body.Elements().FirstOrDefault()?.Attribute("ShellId") ?? "";
        lock (gate)
        {
            Count(action, "messageIds", request.MessageId);
            if (action == "Receive") return; // all that is said in it is the same every time
            Count(action, "bodies", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(shell + request.Body.ToString(SaveOptions.DisableFormatting)))));
            foreach (var element in request.Body.Descendants())
            {
                if (action == "Command" && (string?)element.Attribute("CommandId") is { } command) Count(action, "commandIds", command.ToUpperInvariant());
                if (element.Name.LocalName is "creationXml" or "Arguments" or "Stream") NoteFragments(shell, action, element.Value);
            }
        }
    }

    // A fragment is ObjectId(8) FragmentId(8) flags(1) length(4); the object's first one goes on with Destination(4) MessageType(4).
    private void NoteFragments(string shell, string action, string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length)) return;
        for (ReadOnlySpan<byte> rest = bytes.AsSpan(0, length); rest.Length >= 21;)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(rest[17..]);
            if (size > rest.Length - 21) return;
            var type = (rest[16] & 1) == 0 ? "continued" : size < 8 ? "unknown" : TypeName(BinaryPrimitives.ReadUInt32LittleEndian(rest[25..]));
            if (!messages.TryGetValue(type, out var counted)) messages[type] = counted = new();
            var id = $"{shell}/{BinaryPrimitives.ReadUInt64BigEndian(rest)}/{BinaryPrimitives.ReadUInt64BigEndian(rest[8..])}";
            if (!counted.Add(id)) Repeat(action, type, id);
            rest = rest[(21 + (int)size)..];
        }
    }

    private void Count(string action, string what, string value)
    {
        if (!requests.TryGetValue(action, out var counts)) requests[action] = counts = [];
        if (!counts.TryGetValue(what, out var counted)) counts[what] = counted = new();
        if (!counted.Add(value)) Repeat(action, what, value);
    }

    private void Repeat(string action, string what, string value)
    {
        repeated++;
        if (repeats.Count < MostRepeats) repeats.Add(new { action, what, value });
    }

    private static string TypeName(uint type) => type switch
    {
        0x00010002 => "SESSION_CAPABILITY", 0x00010004 => "INIT_RUNSPACEPOOL", 0x00010005 => "PUBLIC_KEY", 0x00010008 => "CONNECT_RUNSPACEPOOL",
        0x00021002 => "SET_MAX_RUNSPACES", 0x00021003 => "SET_MIN_RUNSPACES", 0x00021006 => "CREATE_PIPELINE", 0x00021007 => "GET_AVAILABLE_RUNSPACES",
        0x0002100A => "GET_COMMAND_METADATA", 0x0002100C => "RESET_RUNSPACE_STATE", 0x00021101 => "RUNSPACEPOOL_HOST_RESPONSE",
        0x00041002 => "PIPELINE_INPUT", 0x00041003 => "END_OF_PIPELINE_INPUT", 0x00041101 => "PIPELINE_HOST_RESPONSE",
        _ => $"0x{type:X8}",
    };

    public object Snapshot()
    {
        lock (gate) return new
        {
            messages = requests.ToDictionary(a => a.Key, a => a.Value.Select(c => (c.Key, c.Value.Distinct)).Prepend(("requests", a.Value["messageIds"].Total)).ToDictionary(c => c.Item1, c => c.Item2)),
            psrp = messages.ToDictionary(m => m.Key, m => new { sent = m.Value.Total, distinct = m.Value.Distinct }),
            repeated,
            repeats = repeats.ToList(),
            unauthenticated,
        };
    }
}
