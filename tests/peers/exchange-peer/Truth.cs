// What a client ought to have found out: every device as the Get cmdlets report it, straight from the world, as JSON.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Exchange.Data.Directory;
using Microsoft.Exchange.Management.Tasks;

namespace ExchangePeer;

public static class Truth
{
    private static readonly JsonSerializerOptions Format = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new IdConverter(), new UtcConverter() },
    };

    /// <summary>One line for each device that is there now, of one mailbox, of a unit, or of all.</summary>
    public static Task Devices(HttpContext http, string? mailbox, string? unit)
    {
        var world = World.Current;
        if (mailbox is not null && world.FindMailbox(mailbox) is null) { http.Response.StatusCode = 404; return Task.CompletedTask; }
        return Write(http, unit, units =>
            from owner in mailbox is null ? world.Mailboxes(units) : [world.FindMailbox(mailbox)!]
            from device in world.Devices(owner)
            select new { owner.Alias, owner.Smtp, Device = device, Statistics = world.Statistics(owner, device) });
    }

    /// <summary>One line for each mailbox, as Get-CASMailbox and Get-Recipient report it.</summary>
    public static Task Mailboxes(HttpContext http, string? unit) => Write(http, unit, units =>
        World.Current.Mailboxes(units).Select(m => new { m.Alias, CASMailbox = GetCASMailbox.Of(m), Recipient = GetRecipient.Of(m) }));

    private static async Task Write<T>(HttpContext http, string? unit, Func<UnitSet?, IEnumerable<T>> lines)
    {
        var units = unit is null ? null : World.Current.Units.Find(unit);
        if (unit is not null && units is null) { http.Response.StatusCode = 404; return; }
        http.Response.ContentType = "application/x-ndjson";
        var output = http.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output, new() { Encoder = Format.Encoder, SkipValidation = true });
        foreach (var line in lines(units))
        {
            JsonSerializer.Serialize(json, line, Format);
            json.Flush();
            json.Reset();
            "\n"u8.CopyTo(output.GetSpan(1));
            output.Advance(1);
            if (output.UnflushedBytes > 1 << 16) await output.FlushAsync(http.RequestAborted);
        }
    }

    private sealed class IdConverter : JsonConverter<ADObjectId>
    {
        public override ADObjectId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();
        public override void Write(Utf8JsonWriter writer, ADObjectId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class UtcConverter : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();
        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToUniversalTime());
    }
}
