using System.IO.Compression;
using System.Text.Json;

namespace MlOps.Core;

/// <summary>Writes and reads the zip file of a bundle: manifest.json and parts, each with its SHA-256 in the manifest.</summary>
public static class BundleFile
{
    /// <summary>The part that holds the model itself.</summary>
    public const string ModelPart = "model";

    /// <summary>The part that holds sample rows and their predictions.</summary>
    public const string SamplesPart = "samples.json";

    private const string ManifestEntry = "manifest.json";
    private const long MaxManifestBytes = 64 << 20;

    // What a manifest must say, it must say: a null or a missing member is no manifest.
    private static readonly JsonSerializerOptions Strict = new(MlOpsJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    // A zip needs a time; a fixed one keeps the bytes the same.
    private static readonly DateTimeOffset EntryTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a bundle. The same manifest and parts give the same bytes.</summary>
    /// <param name="output">Where to write; it is left open.</param>
    /// <param name="manifest">The manifest; its parts are filled in.</param>
    /// <param name="parts">The parts by name.</param>
    /// <returns>The manifest as it was written.</returns>
    public static BundleManifest Write(Stream output, BundleManifest manifest, IReadOnlyDictionary<string, byte[]> parts)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(parts);
        var ordered = parts.OrderBy(p => p.Key, StringComparer.Ordinal).ToList();
        var complete = manifest with { Parts = ordered.ToDictionary(p => p.Key, p => new ArtifactRef(Sha256.Hex(p.Value), p.Value.LongLength), StringComparer.Ordinal) };
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        WriteEntry(zip, ManifestEntry, JsonSerializer.SerializeToUtf8Bytes(complete, MlOpsJson.Indented));
        foreach (var (name, bytes) in ordered) WriteEntry(zip, name, bytes);
        return complete;
    }

    /// <summary>Reads a bundle and checks the digest of every part.</summary>
    /// <param name="input">A seekable stream; it is left open.</param>
    /// <param name="name">What to call the bundle in errors.</param>
    /// <returns>The manifest and the parts.</returns>
    /// <exception cref="ArtifactCorruptException">A part has another digest than the manifest says.</exception>
    /// <exception cref="DataException">The file is no bundle, lacks a part or holds an unlisted one, or is of a newer format.</exception>
    public static BundleContent Read(Stream input, string name)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            using var zip = new ZipArchive(input, ZipArchiveMode.Read, leaveOpen: true);
            var entry = zip.GetEntry(ManifestEntry) ?? throw Broken(name, "it has no manifest.json");
            var manifest = JsonSerializer.Deserialize<BundleManifest>(ReadEntry(entry, MaxManifestBytes, name), Strict) ?? throw Broken(name, "its manifest is null");
            if (manifest.Format > BundleManifest.CurrentFormat)
                throw new DataException($"Bundle '{name}' has format {manifest.Format}; this version reads up to {BundleManifest.CurrentFormat}. Update MlOps.Sdk.") { DataSource = name };
            if (zip.Entries.FirstOrDefault(e => e.FullName != ManifestEntry && !manifest.Parts.ContainsKey(e.FullName)) is { } stray)
                throw Broken(name, $"its manifest does not list the part '{stray.FullName}'");
            var parts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var (part, expected) in manifest.Parts)
            {
                var bytes = ReadEntry(zip.GetEntry(part) ?? throw Broken(name, $"it lacks the part '{part}'"), expected.Size, name);
                var digest = Sha256.Hex(bytes);
                if (digest != expected.Digest) throw new ArtifactCorruptException($"{name}#{part}", expected.Digest, digest);
                parts[part] = bytes;
            }

            return new(manifest, parts);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw Broken(name, e.Message, e);
        }
    }

    private static DataException Broken(string name, string why, Exception? inner = null) =>
        new($"'{name}' is not a model bundle that can be used: {why}. Restore the file from a backup or run the pipeline again.", inner) { DataSource = name };

    private static void WriteEntry(ZipArchive zip, string name, byte[] bytes)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = EntryTime;
        using var stream = entry.Open();
        stream.Write(bytes);
    }

    private static byte[] ReadEntry(ZipArchiveEntry entry, long limit, string name)
    {
        if (entry.Length > limit) throw Broken(name, $"the part '{entry.FullName}' is larger than recorded");
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            // What a zip says about the size of an entry is only a claim.
            if (memory.Length + read > limit) throw Broken(name, $"the part '{entry.FullName}' is larger than recorded");
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}

/// <summary>A bundle in memory, verified.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Parts">The parts by name.</param>
public sealed record BundleContent(BundleManifest Manifest, IReadOnlyDictionary<string, byte[]> Parts);
