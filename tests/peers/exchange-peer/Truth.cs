// What a client ought to have found out: every device as the Get cmdlets report it, straight from the world, as JSON.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Exchange.Data.Directory;

namespace ExchangePeer;

public static class Truth
{
    private static readonly JsonSerializerOptions Format = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new IdConverter(), new UtcConverter() },
    };

    /// <summary>One line for each device that is there now.</summary>
    public static async Task Write(HttpContext http, string? mailbox)
    {
        var world = World.Current;
        if (mailbox is not null && world.FindMailbox(mailbox) is null) { http.Response.StatusCode = 404; return; }
        http.Response.ContentType = "application/x-ndjson";
        var output = http.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output, new() { Encoder = Format.Encoder, SkipValidation = true });
        foreach (var owner in mailbox is null ? world.Mailboxes() : [world.FindMailbox(mailbox)!])
            foreach (var device in world.Devices(owner))
            {
                JsonSerializer.Serialize(json, new { owner.Alias, owner.Smtp, Device = device, Statistics = world.Statistics(owner, device) }, Format);
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
