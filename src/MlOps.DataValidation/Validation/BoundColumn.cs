namespace MlOps.DataValidation;

/// <summary>A column of the data that an expectation was bound to.</summary>
/// <param name="Index">Its position in the blocks.</param>
/// <param name="Name">Its name in the data.</param>
/// <param name="Kind">How its values are held.</param>
/// <param name="HasZone">Whether its moments carry a time zone; null when that is not known.</param>
internal sealed record BoundColumn(int Index, string Name, CellKind Kind, bool? HasZone)
{
    public CheckException Unfit(string what) =>
        new($"Column '{Name}' holds {Kind.Words()}, for which {what} has no meaning. Cast the column, or take the expectation away.");
}
