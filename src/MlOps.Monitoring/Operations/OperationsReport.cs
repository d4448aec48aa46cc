namespace MlOps.Monitoring;

/// <summary>How the predictions of a window were served, and what versions cost.</summary>
/// <param name="Versions">What served, for each version that predicted in the window, in order of versions.</param>
/// <param name="Costs">What the newest versions of the model cost, in order of versions.</param>
public sealed record OperationsReport(IReadOnlyList<VersionOperations> Versions, IReadOnlyList<VersionCost> Costs) : MonitorSection(OperationsCheck.CheckName)
{
    /// <summary>Gets where a series changed.</summary>
    public IReadOnlyList<OperationsChange> Changes { get; init; } = [];
}

/// <summary>How a version served.</summary>
/// <param name="Version">The version.</param>
/// <param name="Chunks">What was seen in each chunk of the window, in order.</param>
public sealed record VersionOperations(int Version, IReadOnlyList<ChunkOperations> Chunks);

/// <summary>How a version served in one chunk.</summary>
/// <param name="Chunk">The chunk's number, from 0.</param>
/// <param name="Rows">The predictions that succeeded.</param>
/// <param name="FailedRows">Those that failed.</param>
/// <param name="RowsPerSecond">All predictions over the length of the chunk; NaN for a chunk without length.</param>
/// <param name="LatencyP50">The latency in seconds that half of the predictions took at most, to one part in a hundred; NaN without predictions, as all of them.</param>
/// <param name="LatencyP95">The latency that 95 of a hundred took at most.</param>
/// <param name="LatencyP99">The latency that 99 of a hundred took at most.</param>
public sealed record ChunkOperations(int Chunk, long Rows, long FailedRows, double RowsPerSecond, double LatencyP50, double LatencyP95, double LatencyP99)
{
    /// <summary>Gets the share of predictions that failed; NaN without predictions.</summary>
    public double ErrorShare => Rows + FailedRows == 0 ? double.NaN : (double)FailedRows / (Rows + FailedRows);
}

/// <summary>What a version cost to make and costs to hold.</summary>
/// <param name="Version">The version.</param>
/// <param name="RunId">The run that made it; null when none is known.</param>
/// <param name="TrainingSeconds">The time from the start of the run to its end, in seconds; NaN when it is not known.</param>
/// <param name="MemoryBytes">The memory that the model takes once it is loaded, as far as it is known: the size of its unpacked bundle; NaN when it has none.</param>
public sealed record VersionCost(int Version, string? RunId, double TrainingSeconds, double MemoryBytes);

/// <summary>A series that is not the same after a point as it was before.</summary>
/// <param name="Series">latency_p50, latency_p95, latency_p99, throughput, error_share, training_time or memory.</param>
/// <param name="Version">The version; null for a series over versions.</param>
/// <param name="At">The first chunk after the change; of training_time and memory, the first version.</param>
/// <param name="Before">The median before.</param>
/// <param name="After">The median after.</param>
/// <param name="PValue">The chance of such a change in a series in any other order, adjusted for all series of the report.</param>
/// <param name="IsAlarm">Whether it is improbable, large enough to matter, and for the worse.</param>
public sealed record OperationsChange(string Series, int? Version, int At, double Before, double After, double PValue, bool IsAlarm);
