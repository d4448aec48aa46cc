namespace MlOps.Core;

/// <summary>How boosted trees are learned. The defaults are those of LightGBM.</summary>
public sealed record TreeOptions
{
    /// <summary>Gets how many trees are learned one after the other; fewer when nothing is left to learn.</summary>
    /// <value>The default is 100.</value>
    public int Trees { get; init => field = AtLeast(value, 1); } = 100;

    /// <summary>Gets how many leaves a tree has at most.</summary>
    /// <value>The default is 31. From 2.</value>
    public int Leaves { get; init => field = AtLeast(value, 2); } = 31;

    /// <summary>Gets what share of what it finds each tree adds.</summary>
    /// <value>The default is 0.1. Above 0, at most 1.</value>
    public double LearningRate { get; init => field = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Use a share above 0, and at most 1."); } = 0.1;

    /// <summary>Gets how many rows a leaf has at least. Fewer than twice as many rows give the same answer for every row.</summary>
    /// <value>The default is 20.</value>
    public int MinRowsPerLeaf { get; init => field = AtLeast(value, 1); } = 20;

    /// <summary>Gets the seed of whatever is drawn at random.</summary>
    /// <value>The default is 0.</value>
    public int Seed { get; init; }

    /// <summary>Gets how many threads learn and predict.</summary>
    /// <value>The default is 1, with which the same rows give the same model to the last bit. More threads than free cores are slow beyond measure.</value>
    public int Threads { get; init => field = AtLeast(value, 1); } = 1;

    private static int AtLeast(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }
}
