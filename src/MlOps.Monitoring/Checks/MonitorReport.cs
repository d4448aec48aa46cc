using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What the checks of a monitor found in a window.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that the predictions were held against.</param>
/// <param name="From">The first moment of the window.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="Rows">The predictions that succeeded.</param>
/// <param name="FailedRows">The predictions that failed.</param>
/// <param name="Chunks">The parts of the window that were judged by themselves, in order; one when it was not cut.</param>
/// <param name="Sections">What each check found, in the order in which the host added the checks.</param>
public sealed record MonitorReport(
    string Monitor,
    string Model,
    int Version,
    DateTimeOffset From,
    DateTimeOffset To,
    long Rows,
    long FailedRows,
    IReadOnlyList<Chunk> Chunks,
    IReadOnlyList<MonitorSection> Sections)
{
    /// <summary>Gets all alarms, the gravest first, and among equals in the order of the sections.</summary>
    public IReadOnlyList<Alarm> Alarms => [.. Sections.SelectMany(s => s.Alarms).OrderByDescending(a => a.Severity)];

    /// <summary>Gets what the drift check found; null when it did not run.</summary>
    public DriftReport? Drift => Section<DriftReport>();

    /// <summary>Gets the results of all checks, a sentence each.</summary>
    public string Summary => string.Join(' ', Sections.Select(s => s.Summary));

    /// <summary>Finds a section.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The section; null when there is none of the type.</returns>
    public T? Section<T>()
        where T : MonitorSection => Sections.OfType<T>().FirstOrDefault();

    /// <summary>Reads a report back.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave.</param>
    /// <returns>The report. A section of a host's own comes back as a <see cref="ForeignSection"/>.</returns>
    /// <exception cref="DataException">It is no report.</exception>
    public static MonitorReport FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            if (JsonSerializer.Deserialize<MonitorReport>(json, MonitorJson.Options) is { Monitor: not null, Model: not null, Chunks: not null, Sections: not null } report) return report;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new DataException($"The JSON is no report of a monitor: {e.Message}", e);
        }

        throw new DataException("The JSON is no report of a monitor: monitor, model, chunks and sections are needed.");
    }

    /// <summary>Gives everything that the report holds as JSON: NaN as null, infinities as text, and each section with the name of its type. The same report gives the same text.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, MonitorJson.Options) + "\n";

    /// <summary>Gives the summary and a line for each alarm.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join('\n', [Summary, .. Alarms.Select(a => a.ToString())]);
}
