// Files of CLIXML, written and read by PowerShell's own serializer, to compare other programs with.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml;
using Microsoft.Exchange.Data.Directory.SystemConfiguration;

namespace ExchangePeer;

public static class Clixml
{
    private const int RemotingDepth = 1; // the engine's Fragmentor.SerializationDepthForRemoting

    /// <summary>Writes devices as one Objs document. The serializer keeps no object that it has written, so the size does not matter.</summary>
    public static int Encode(IEnumerable<MobileDevice> devices, string file)
    {
        const BindingFlags any = BindingFlags.Instance | BindingFlags.NonPublic;
        var type = typeof(PSObject).Assembly.GetType("System.Management.Automation.Serializer", true)!;
        var clock = Stopwatch.StartNew();
        var objects = 0;
        using (var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20))
        using (var writer = XmlWriter.Create(stream, new() { CheckCharacters = false, Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.None, OmitXmlDeclaration = true }))
        {
            var serializer = Activator.CreateInstance(type, any, null, [writer, RemotingDepth, true], null)!;
            var serialize = type.GetMethod("Serialize", any, [typeof(object)])!.CreateDelegate<Action<object>>(serializer);
            foreach (var device in devices) { serialize(device); objects++; }
            type.GetMethod("Done", any)!.Invoke(serializer, null);
        }
        return Report(new FileInfo(file).Length, objects, clock.Elapsed);
    }

    public static int Decode(string file)
    {
        var text = File.ReadAllText(file);
        var clock = Stopwatch.StartNew();
        var result = PSSerializer.Deserialize(text);
        return Report(new FileInfo(file).Length, result is object[] many ? many.Length : result is null ? 0 : 1, clock.Elapsed);
    }

    private static int Report(long bytes, int objects, TimeSpan time)
    {
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bytes, objects, seconds = Math.Round(time.TotalSeconds, 3), mb_per_s = Math.Round(bytes / time.TotalSeconds / 1e6, 1), peak_rss_mb = Math.Round(self.PeakWorkingSet64 / 1e6, 1),
        }));
        return 0;
    }
}
