namespace MlOps.Core;

/// <summary>In which direction to walk.</summary>
public enum LineageDirection
{
    /// <summary>To what went into the start, and into that, and so on. And to what the start went into, and so on. Not to what else came of its ancestors.</summary>
    Both,

    /// <summary>To what went into the start, and so on.</summary>
    Upstream,

    /// <summary>To what the start went into, and so on.</summary>
    Downstream,
}

/// <summary>Which part of the graph to show.</summary>
/// <param name="Start">Where to begin.</param>
public sealed record LineageQuery(LineageNode Start)
{
    /// <summary>Gets the direction.</summary>
    /// <value>The default is both.</value>
    public LineageDirection Direction { get; init; } = LineageDirection.Both;

    /// <summary>Gets how many edges to walk at most.</summary>
    /// <value>The default is <see cref="int.MaxValue"/>: to the ends. 0 gives the start alone.</value>
    public int Depth { get; init; } = int.MaxValue;

    /// <summary>Gets the kinds of nodes to show. The others are walked through and left out.</summary>
    /// <value>The default is none: all kinds.</value>
    public IReadOnlyCollection<LineageKind> Kinds { get; init; } = [];

    /// <summary>Gets the relations to walk along.</summary>
    /// <value>The default is none: all.</value>
    public IReadOnlyCollection<string> Relations { get; init; } = [];

    /// <summary>Gets how many nodes to visit at most in each direction, shown or not, the nearest first.</summary>
    /// <value>The default is 10,000, the most <see cref="LineageChecks.MaxLimit"/>.</value>
    public int Limit { get; init; } = 10_000;
}

/// <summary>A part of the graph of lineage.</summary>
/// <param name="Nodes">The nodes with their distance from the start, in the order in which data walks, the start among them. None when the start was never recorded.</param>
/// <param name="Edges">The edges between these nodes that were walked along.</param>
/// <param name="IsTruncated">Whether there is more, which <see cref="LineageQuery.Limit"/> kept out.</param>
public sealed record LineageGraph(IReadOnlyList<LineageStep> Nodes, IReadOnlyList<LineageEdge> Edges, bool IsTruncated);

/// <summary>A node that was visited.</summary>
/// <param name="Node">The node.</param>
/// <param name="Distance">How many edges away it is: 0 is the start, upstream is negative. A node of a cycle, which is found in both directions, has the nearer one.</param>
public sealed record LineageStep(LineageNode Node, int Distance);
