namespace MlOps.Monitoring;

/// <summary>A part of a window that is judged by itself.</summary>
/// <param name="Number">Its place in the window, from 0.</param>
/// <param name="From">Its first moment; of a chunk that is cut by rows, the time of its earliest.</param>
/// <param name="To">The moment after its last; of a chunk that is cut by rows, the time of its latest.</param>
/// <param name="Rows">The predictions in it that succeeded.</param>
/// <param name="FailedRows">The predictions in it that failed.</param>
public sealed record Chunk(int Number, DateTimeOffset From, DateTimeOffset To, long Rows, long FailedRows);
