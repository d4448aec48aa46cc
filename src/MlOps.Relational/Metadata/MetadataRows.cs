using System.Text.Json;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>What must be known of a run before it is written to.</summary>
internal sealed class RunState
{
    public long Key { get; init; }

    public long? DeletedAt { get; init; }
}

/// <summary>What must be known of an experiment before a run is put into it.</summary>
internal sealed class ExperimentState
{
    public long Id { get; init; }

    public long? DeletedAt { get; init; }
}

internal sealed class ExperimentRow
{
    public long Id { get; init; }

    public string Name { get; init; } = string.Empty;

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long? DeletedAt { get; init; }

    public string? ArtifactLocation { get; init; }
}

internal sealed class RunRow
{
    public long RunKey { get; init; }

    public string Id { get; init; } = string.Empty;

    public long ExperimentId { get; init; }

    public string Name { get; init; } = string.Empty;

    public string Status { get; init; } = string.Empty;

    public long StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public string? Error { get; init; }

    public string? User { get; init; }

    public long? DeletedAt { get; init; }
}

internal abstract class PartRow
{
    /// <summary>Gets the key of the run or the experiment that it is a part of.</summary>
    public long Owner { get; init; }

    public string Name { get; init; } = string.Empty;
}

internal sealed class TextRow : PartRow
{
    public string Value { get; init; } = string.Empty;
}

internal sealed class ArtifactRow : PartRow
{
    public string Digest { get; init; } = string.Empty;

    public long Size { get; init; }
}

internal sealed class InputRow : PartRow
{
    public string Fingerprint { get; init; } = string.Empty;

    public string Context { get; init; } = string.Empty;

    public string? SourceType { get; init; }

    public string? Source { get; init; }

    public string? Schema { get; init; }

    public string? Profile { get; init; }

    public string? Tags { get; init; }

    public DatasetInput ToInput() => new(Name, Fingerprint, Context)
    {
        SourceType = SourceType,
        Source = Source,
        Schema = Schema,
        Profile = Profile,
        Tags = Tags is null ? new() : JsonSerializer.Deserialize<Dictionary<string, string>>(Tags, MlOpsJson.Options)!,
    };
}

internal sealed class MetricRow : PartRow
{
    public long Step { get; init; }

    public long Time { get; init; }

    /// <summary>Gets 0 for NaN, which not every database can store or sort, and 1 for any other number.</summary>
    public long IsNumber { get; init; }

    public double Value { get; init; }

    public Metric ToMetric() => new(Name, IsNumber == 0 ? double.NaN : Value, Step, Micros.ToTime(Time));
}
