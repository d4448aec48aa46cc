using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>How far a history was made into datasets: which of its files, and which parts they became. It can be lost at any time; the history is then made into datasets anew.</summary>
/// <param name="Columns">The columns that the view named then.</param>
/// <param name="Found">The types that were declared or pushed.</param>
/// <param name="Files">The files whose rows are in the parts, in their order.</param>
/// <param name="Parts">The parts, in their order.</param>
internal sealed record PushedState(string Columns, DatasetSchema Found, IReadOnlyList<PushedFile> Files, IReadOnlyList<Dataset> Parts)
{
    /// <summary>Says whether these are still the first rows of a history: each file is there, or has become part of a larger one.</summary>
    /// <param name="columns">The columns that the view names now.</param>
    /// <param name="segments">The files of the history now.</param>
    /// <returns>False when a file was removed or put in the place of another, or the view names other columns.</returns>
    public bool IsBeginningOf(string columns, IReadOnlyList<Segment> segments) =>
        Columns == columns && segments.Count > 0 == Files.Count > 0 && (Files.Count == 0 || segments[0].First == Files[0].First) && Files.All(f => segments.Any(s => f.IsIn(s)));

    /// <summary>Reads the one that lies in a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The state; null when there is none, or none that this version understands.</returns>
    public static PushedState? Read(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<PushedState>(File.ReadAllText(path), MlOpsJson.Options);
            return read is { Columns: not null, Found: not null, Files: not null, Parts: { Count: > 0 } parts } && parts.All(p => p is { Schema: not null, Artifact.Digest: not null }) ? read : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Keeps it in a file, whole or not at all. Where nothing can be written, whoever reads next makes it anew.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, JsonSerializer.Serialize(this, MlOpsJson.Options));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
        }
    }
}

/// <summary>A file of a history whose rows are in parts.</summary>
/// <param name="First">The first number that it has.</param>
/// <param name="Last">The last number that it has.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="WrittenAt">When it was written, which tells it from another that has its numbers.</param>
internal sealed record PushedFile(long First, long Last, long Rows, DateTime WrittenAt)
{
    /// <summary>Says whether a file of the history is this one, or has its rows too.</summary>
    public bool IsIn(Segment segment) => segment.First == First && segment.Last == Last ? File.GetLastWriteTimeUtc(segment.Path) == WrittenAt : segment.First <= First && segment.Last >= Last;
}
