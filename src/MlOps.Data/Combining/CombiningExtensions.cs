using MlOps.Data;

namespace MlOps.Core;

/// <summary>Combines datasets in a pipeline. The order of the rows follows from the inputs alone.</summary>
public static class CombiningExtensions
{
    /// <summary>Keeps the first row of each key, in order, and keeps the result as a new dataset.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="keys">The columns of the key; none for the whole row.</param>
    /// <returns>The new dataset.</returns>
    /// <remarks>Here a missing value equals a missing value, NaN is missing and -0 equals 0. Needs some 40 bytes of memory a distinct key.</remarks>
    public static StageOutput<Dataset> Deduplicate(this StageOutput<Dataset> data, params IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(keys);
        return data.Then(new DeduplicateStage(keys));
    }

    /// <summary>Joins two datasets on equal keys: the columns of the left side, then those of the right side without its keys.</summary>
    /// <param name="left">The dataset whose rows get more columns; it is streamed.</param>
    /// <param name="right">The dataset that has them; it is held in memory.</param>
    /// <param name="keys">The columns that must be equal, each of one type on both sides. A key of which a part is missing (null, NaN) equals none.</param>
    /// <param name="kind">What becomes of a left row without a counterpart.</param>
    /// <param name="requireUnique">
    /// Whether a key that stands twice on the right side is an error. The default is true, because such keys would silently multiply rows. With false the rows are
    /// in the order of the left side, and those of one left row in the order of the right side.
    /// </param>
    /// <param name="suffix">What is put behind the name of a right column that the left side has too; null, the default, refuses such names.</param>
    /// <returns>The new dataset.</returns>
    /// <exception cref="ArgumentException">There is no key, or the datasets are of two pipelines.</exception>
    /// <example><code>trips.Join(stations, ["station"], JoinKind.Left)</code></example>
    public static StageOutput<Dataset> Join(
        this StageOutput<Dataset> left, StageOutput<Dataset> right, IReadOnlyList<JoinKey> keys, JoinKind kind = JoinKind.Inner, bool requireUnique = true, string? suffix = null)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) throw new ArgumentException("A join needs a key. Name at least one column.", nameof(keys));
        return left.And(right).Then(new JoinStage(keys, kind, requireUnique, suffix));
    }

    /// <summary>Joins two datasets on one column that both have; see <see cref="Join(StageOutput{Dataset}, StageOutput{Dataset}, IReadOnlyList{JoinKey}, JoinKind, bool, string?)"/>.</summary>
    /// <param name="left">The dataset whose rows get more columns.</param>
    /// <param name="right">The dataset that has them.</param>
    /// <param name="key">The column.</param>
    /// <param name="kind">What becomes of a left row without a counterpart.</param>
    /// <param name="requireUnique">Whether a key that stands twice on the right side is an error.</param>
    /// <param name="suffix">What is put behind the name of a right column that the left side has too.</param>
    /// <returns>The new dataset.</returns>
    public static StageOutput<Dataset> Join(
        this StageOutput<Dataset> left, StageOutput<Dataset> right, string key, JoinKind kind = JoinKind.Inner, bool requireUnique = true, string? suffix = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return left.Join(right, [key], kind, requireUnique, suffix);
    }

    /// <summary>Puts the rows of several datasets under each other, in the order in which they are given. Columns are matched by name and stand as in the first.</summary>
    /// <param name="data">The first dataset.</param>
    /// <param name="others">The datasets that follow. All have the same columns of the same types.</param>
    /// <returns>The new dataset. A row that stands twice stays twice; see <see cref="Deduplicate"/>.</returns>
    public static StageOutput<Dataset> Union(this StageOutput<Dataset> data, params IReadOnlyList<StageOutput<Dataset>> others) => data.Union(others, fillMissing: false);

    /// <summary>Puts the rows of several datasets under each other, in the order in which they are given.</summary>
    /// <param name="data">The first dataset.</param>
    /// <param name="others">The datasets that follow. A column has the same type wherever it is.</param>
    /// <param name="fillMissing">Whether a column that a dataset lacks is missing in its rows; it then stands after those of the datasets before. Otherwise it is an error.</param>
    /// <returns>The new dataset.</returns>
    public static StageOutput<Dataset> Union(this StageOutput<Dataset> data, IReadOnlyList<StageOutput<Dataset>> others, bool fillMissing)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(others);
        return data.AndAll(others).Then(new UnionStage(fillMissing));
    }
}
