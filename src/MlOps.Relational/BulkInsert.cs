namespace MlOps.Relational;

/// <summary>An insert of many rows at once.</summary>
/// <param name="Table">Into which table.</param>
/// <param name="Columns">The columns, in the order of the values of a row.</param>
/// <param name="OnConflict">What becomes of a row that is there already: the text from ON CONFLICT on. When it updates, no two rows of one insert are the same.</param>
internal sealed record BulkInsert(string Table, BulkColumn[] Columns, string OnConflict);

/// <summary>A column of a bulk insert.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
internal sealed record BulkColumn(string Name, BulkType Type);

/// <summary>What a column of a bulk insert holds.</summary>
internal enum BulkType
{
    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A double that is not NaN.</summary>
    Real,

    /// <summary>A text, or null.</summary>
    Text,
}
