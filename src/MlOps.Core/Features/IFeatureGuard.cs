using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Looks at the rows of a feature view before they are brought to the online store or kept as history, and, where it is asked to, at what is read online. A host may add several for one view. Thread-safe.</summary>
public interface IFeatureGuard
{
    /// <summary>Gets the view whose rows are looked at.</summary>
    string View { get; }

    /// <summary>Gets what becomes of a row that is refused while it is brought to the store.</summary>
    RefusedRows OnWrite { get; }

    /// <summary>Gets what becomes of values that are refused while they are read; null when reading is not looked at.</summary>
    RefusedRows? OnRead { get; }

    /// <summary>Looks at rows.</summary>
    /// <param name="rows">The join keys, then the features, by name. While reading there may be some of the features only.</param>
    /// <returns>What is wrong, row by row; empty when nothing is.</returns>
    IReadOnlyList<InputFinding> Check(RecordBatch rows);
}

/// <summary>What becomes of a row that a guard refuses.</summary>
public enum RefusedRows
{
    /// <summary>It is counted and put aside: not written, or given as missing.</summary>
    PutAside,

    /// <summary>It is counted, and written or given all the same.</summary>
    Flag,

    /// <summary>The whole call fails.</summary>
    Fail,
}
