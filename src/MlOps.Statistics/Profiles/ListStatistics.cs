namespace MlOps.Statistics;

/// <summary>The statistics of lists.</summary>
/// <remarks>Belongs to a <see cref="ColumnProfile"/> and grows with it.</remarks>
public sealed class ListStatistics
{
    internal ListStatistics(NumberStatistics lengths, ColumnProfile items) => (Lengths, Items) = (lengths, items);

    /// <summary>Gets how many values each list has; missing lists are left out, empty ones are not.</summary>
    public NumberStatistics Lengths { get; }

    /// <summary>Gets the profile of the values in all lists. Whoever adds lists adds their values here.</summary>
    public ColumnProfile Items { get; }
}
