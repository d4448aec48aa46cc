namespace MlOps.DuckDb;

/// <summary>How many rows travel together.</summary>
internal static class RowBatch
{
    /// <summary>The most rows of a batch: 8 bytes for each stay below the size from which .NET keeps arrays for long.</summary>
    public const int Rows = 8192;

    /// <summary>The text in one column from which a batch is handed on with fewer rows.</summary>
    public const int Bytes = 32 * 1024 * 1024;
}
