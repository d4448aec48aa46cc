using System.IO.Compression;

namespace MlOps.Core;

/// <summary>Makes the bytes of a zip depend on nothing but its content.</summary>
public static class DeterministicZip
{
    private static readonly DateTimeOffset EntryTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a zip again with its entries in order of their names and with one fixed time.</summary>
    /// <param name="zip">A seekable stream; it is left open.</param>
    /// <returns>The bytes of the zip.</returns>
    /// <exception cref="InvalidDataException">The stream holds no zip.</exception>
    public static byte[] Normalize(Stream zip)
    {
        ArgumentNullException.ThrowIfNull(zip);
        using var memory = new MemoryStream();
        using (var source = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true))
        using (var target = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                var copy = target.CreateEntry(entry.FullName, CompressionLevel.Optimal);
                copy.LastWriteTime = EntryTime;
                using var from = entry.Open();
                using var to = copy.Open();
                from.CopyTo(to);
            }
        }

        return memory.ToArray();
    }
}
