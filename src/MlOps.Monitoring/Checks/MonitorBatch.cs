using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Rows of the log that belong to one chunk, with the columns that <see cref="IPredictionLog.ReadAsync"/> names.</summary>
/// <param name="Chunk">The chunk's number, from 0.</param>
/// <param name="Rows">The predictions that succeeded; there may be none.</param>
/// <param name="Failed">The predictions that failed; null when none did.</param>
public sealed record MonitorBatch(int Chunk, RecordBatch Rows, RecordBatch? Failed = null);
