// HTTP authentication: Basic, and Negotiate/NTLM/Kerberos through the platform's GSSAPI, with WinRM's message encryption.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;

namespace ExchangePeer;

public sealed class Authenticator(IReadOnlyCollection<string> schemes, string user, string password)
{
    private const string Key = "exchange-peer.negotiate";
    private static readonly string[] Packages = ["Negotiate", "Kerberos", "NTLM"];

    private sealed class Context(string package)
    {
        public string Package => package;
        public NegotiateAuthentication Gss { get; } = new(new NegotiateAuthenticationServerOptions { Package = "Negotiate", /* takes bare NTLM and Kerberos tokens too */ RequiredProtectionLevel = ProtectionLevel.None });
    }

    private static IDictionary<object, object?> Items(HttpContext http) => http.Features.Get<IConnectionItemsFeature>()!.Items;

    /// <summary>The user's name; or null, with a 401 prepared in the response.</summary>
    public string? Authenticate(HttpContext http)
    {
        if (schemes.Contains("none")) return user;
        var parts = http.Request.Headers.Authorization.ToString().Split(' ', 2);
        string? token = null;
        if (parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase) && schemes.Contains("basic") && parts.Length == 2 && BasicMatches(parts[1])) return user;
        if (Array.Find(Packages, p => p.Equals(parts[0], StringComparison.OrdinalIgnoreCase)) is { } package && Offered(package) && parts.Length == 2)
        {
            var name = Negotiate(http, package, parts[1], out token);
            if (name is not null)
            {
                if (token is not null) http.Response.Headers.WWWAuthenticate = $"{package} {token}";
                return name;
            }
            if (token is not null) package = $"{package} {token}";
            else token = null;
            http.Response.Headers.WWWAuthenticate = token is null ? Challenges() : package;
        }
        else if (parts[0].Length == 0 && Items(http).TryGetValue(Key, out var kept) && kept is Context { Gss.IsAuthenticated: true } context)
            return context.Gss.RemoteIdentity.Name; // the connection is authenticated
        else http.Response.Headers.WWWAuthenticate = Challenges();
        http.Response.StatusCode = 401;
        return null;
    }

    private bool Offered(string package) => schemes.Contains("negotiate") || schemes.Contains(package.ToLowerInvariant());
    private string[] Challenges() => [.. Packages.Where(Offered), .. schemes.Contains("basic") ? new[] { $"Basic realm=\"{Dns.GetHostName()}\"" } : []];

    private bool BasicMatches(string token)
    {
        var bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length)) return false;
        var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        var name = pair[0][(pair[0].IndexOf('\\') + 1)..];
        return pair.Length == 2 && name.Equals(user, StringComparison.OrdinalIgnoreCase) && pair[1] == password;
    }

    private static string? Negotiate(HttpContext http, string package, string blob, out string? token)
    {
        var items = Items(http);
        if (items.TryGetValue(Key, out var kept) && kept is Context { Gss.IsAuthenticated: false } context && context.Package == package) { }
        else items[Key] = context = new Context(package);
        token = context.Gss.GetOutgoingBlob(blob, out var status);
        if (status == NegotiateAuthenticationStatusCode.Completed) return context.Gss.RemoteIdentity.Name;
        if (status != NegotiateAuthenticationStatusCode.ContinueNeeded)
        {
            Console.Error.WriteLine($"auth: {package} failed: {status}");
            items.Remove(Key);
            token = null;
        }
        return null;
    }

    // ---- message encryption (MS-WSMV 2.2.9.1) --------------------------------------------------------------------

    private static int answers;
    private static readonly byte[] BodyStart = "Content-Type: application/octet-stream\r\n"u8.ToArray();

    public static byte[] Decrypt(HttpContext http, byte[] body)
    {
        var context = (Context)Items(http)[Key]!;
        var start = body.AsSpan().IndexOf(BodyStart) + BodyStart.Length;
        var end = body.AsSpan().LastIndexOf("Encrypted Boundary--"u8);
        end -= end > start + 2 && body[end - 1] == ' ' ? 3 : 2; // "-- " from Exchange and some clients, "--" from the rest
        if (start < BodyStart.Length || end <= start + 4) throw new InvalidDataException("bad encrypted body");
        var header = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(start));
        if (header < 0 || start + 4 + header > end) throw new InvalidDataException("bad encrypted body");
        var plain = new ArrayBufferWriter<byte>();
        var status = context.Gss.Unwrap(body.AsSpan((start + 4)..end), plain, out _);
        return status == NegotiateAuthenticationStatusCode.Completed ? plain.WrittenSpan.ToArray() : throw new InvalidDataException("cannot decrypt: " + status);
    }

    public static byte[] Encrypt(HttpContext http, byte[] plain, out string contentType)
    {
        var context = (Context)Items(http)[Key]!;
        var protocol = context.Package == "Kerberos" ? "application/HTTP-Kerberos-session-encrypted" : "application/HTTP-SPNEGO-session-encrypted";
        contentType = $"multipart/encrypted;protocol=\"{protocol}\";boundary=\"Encrypted Boundary\"";
        var wrapped = new ArrayBufferWriter<byte>();
        context.Gss.Wrap(plain, wrapped, true, out _);
        var (token, header) = SplitAsWindows(wrapped.WrittenSpan.ToArray(), plain.Length);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, header);
        // Servers differ: Exchange puts a space before the boundary, and the headers are indented by a tab or not. Answers take turns.
        var turn = Interlocked.Increment(ref answers);
        var (boundary, tab) = (turn % 2 == 0 ? "--Encrypted Boundary" : "-- Encrypted Boundary", turn % 4 < 2 ? "\t" : "");
        var head = $"{boundary}\r\n{tab}Content-Type: {protocol}\r\n{tab}OriginalContent: type=application/soap+xml;charset=UTF-8;Length={plain.Length}\r\n{boundary}\r\n{tab}Content-Type: application/octet-stream\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. length, .. token, .. Encoding.ASCII.GetBytes(boundary + "--\r\n")];
    }

    /// <summary>
    /// Lays a GSS wrap token out as Windows does: everything but the data comes first. For Kerberos' newer tokens (RFC 4121) this is a
    /// rotation by the checksum and the inner header (RRC); for NTLM the signature is in front anyway.
    /// </summary>
    private static (byte[] Token, int HeaderLength) SplitAsWindows(byte[] token, int plainLength)
    {
        if (token is not [5, 4, ..]) return (token, token.Length - plainLength);
        var header = token.Length - plainLength;
        var rotation = header - 32; // less the outer header and the confounder, 16 bytes each
        BinaryPrimitives.WriteUInt16BigEndian(token.AsSpan(6), (ushort)rotation);
        return ([.. token[..16], .. token[^rotation..], .. token[16..^rotation]], header);
    }

    // ---- certificate ---------------------------------------------------------------------------------------------

    /// <summary>Loads the PEM files, or makes a self-signed certificate and writes it to <paramref name="certificate"/>.</summary>
    public static X509Certificate2 Certificate(string certificate, string? key)
    {
        if (key is not null) return X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(certificate, key).Export(X509ContentType.Pkcs12), null);
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost"); names.AddDnsName(Dns.GetHostName()); names.AddIpAddress(IPAddress.Loopback); names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(5));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
