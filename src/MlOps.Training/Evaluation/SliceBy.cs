namespace MlOps.Training;

/// <summary>Which rows a model is also judged on by themselves: those that share a value of a column.</summary>
/// <param name="Column">The column of the rows or, when they have none of that name, of the prepared rows: text, Boolean, Int64 or Date.</param>
/// <param name="MaxSlices">How many values are judged at most: those with the most rows.</param>
/// <param name="MinRows">How many rows a value must have to be judged.</param>
public sealed record SliceBy(string Column, int MaxSlices, int MinRows);
