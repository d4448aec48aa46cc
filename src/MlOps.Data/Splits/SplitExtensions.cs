using MlOps.Data;

namespace MlOps.Core;

/// <summary>
/// Divides a dataset into training, validation and holdout in a pipeline. Every row is in exactly one part, which is checked on what was written; rows keep their order;
/// the holdout is locked until acceptance; an empty part is an error.
/// </summary>
/// <remarks>Fractions must be above 0 and add up to 1. The holdout may be 0 only with <c>allowNoHoldout</c>; it then is a dataset without rows.</remarks>
public static class SplitExtensions
{
    /// <summary>Divides the rows by chance, in exactly the wanted proportions.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="seed">The seed; null for the stage's own.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="ArgumentException">The fractions are none.</exception>
    public static StageOutput<DataSplit> SplitRandom(
        this StageOutput<Dataset> data, double training, double validation, double holdout, int? seed = null, bool allowNoHoldout = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Then(new RandomSplit(new(training, validation, holdout, allowNoHoldout), seed) { AllowNoHoldout = allowNoHoldout });
    }

    /// <summary>Divides the rows by a hash of their key: rows of one key are in one part, and rows that are added later never move old ones. The proportions are met on average.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="keyColumns">The columns of the key. A row where all of them are missing is refused.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <remarks>
    /// The place of a key is the first 8 bytes, big-endian, of the SHA-256 of its values, divided by 2^64. Column by column the values are written as a byte 0 for a missing one
    /// (null, NaN); else as a byte 1 and the value: a truth value, integer, day (since 1970-01-01) or moment (microseconds since then) as 8 bytes little-endian, a double as its
    /// 8 bytes with -0 as 0, a decimal in units of 10^-18 as 16 bytes little-endian, text in UTF-8 and bytes with their length in 4 bytes little-endian before them.
    /// This never changes. No seed takes part.
    /// </remarks>
    /// <exception cref="ArgumentException">The fractions are none, or there is no key column.</exception>
    public static StageOutput<DataSplit> SplitByHash(
        this StageOutput<Dataset> data, IReadOnlyList<string> keyColumns, double training, double validation, double holdout, bool allowNoHoldout = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(keyColumns);
        if (keyColumns.Count == 0) throw new ArgumentException("A split by hash needs a key. Name at least one column.", nameof(keyColumns));
        return data.Then(new HashSplit(keyColumns, new(training, validation, holdout, allowNoHoldout)) { AllowNoHoldout = allowNoHoldout });
    }

    /// <summary>Divides the rows by a hash of their key; see <see cref="SplitByHash(StageOutput{Dataset}, IReadOnlyList{string}, double, double, double, bool)"/>.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="keyColumn">The column of the key.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="ArgumentException">The fractions are none.</exception>
    public static StageOutput<DataSplit> SplitByHash(
        this StageOutput<Dataset> data, string keyColumn, double training, double validation, double holdout, bool allowNoHoldout = false) =>
        data.SplitByHash([keyColumn], training, validation, holdout, allowNoHoldout);

    /// <summary>Divides the rows of each class by chance: every part has each class in its share of it, to the row.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="labelColumn">The column of the class, of at most 10,000 values. A row where it is missing is refused. A class of few rows may be absent from a part.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="seed">The seed; null for the stage's own.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="ArgumentException">The fractions are none.</exception>
    public static StageOutput<DataSplit> SplitStratified(
        this StageOutput<Dataset> data, string labelColumn, double training, double validation, double holdout, int? seed = null, bool allowNoHoldout = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumn);
        return data.Then(new StratifiedSplit(labelColumn, new(training, validation, holdout, allowNoHoldout), seed) { AllowNoHoldout = allowNoHoldout });
    }

    /// <summary>Divides the rows by group: no group is in two parts. The proportions are met as nearly as whole groups allow.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="groupColumn">The column of the group, as a patient or a machine. A row where it is missing is refused. Needs memory for the distinct groups.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="seed">The seed; null for the stage's own.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="ArgumentException">The fractions are none.</exception>
    public static StageOutput<DataSplit> SplitByGroup(
        this StageOutput<Dataset> data, string groupColumn, double training, double validation, double holdout, int? seed = null, bool allowNoHoldout = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(groupColumn);
        return data.Then(new GroupSplit(groupColumn, new(training, validation, holdout, allowNoHoldout), seed) { AllowNoHoldout = allowNoHoldout });
    }

    /// <summary>Divides the rows by time: all of training lies before validation and all of that before the holdout. Rows of one instant stay together, so the proportions are met as nearly as instants allow.</summary>
    /// <param name="data">The dataset, in any order.</param>
    /// <param name="timeColumn">A column of days, moments, or integers such as a year. A row where it is missing is refused. Needs 8 bytes of memory a row.</param>
    /// <param name="training">The share to learn from.</param>
    /// <param name="validation">The share to tune and choose with.</param>
    /// <param name="holdout">The share to accept with.</param>
    /// <param name="allowNoHoldout">Whether the holdout may be 0.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="ArgumentException">The fractions are none.</exception>
    public static StageOutput<DataSplit> SplitByTime(
        this StageOutput<Dataset> data, string timeColumn, double training, double validation, double holdout, bool allowNoHoldout = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(timeColumn);
        return data.Then(new TimeSplit(timeColumn, new(training, validation, holdout, allowNoHoldout), null, null) { AllowNoHoldout = allowNoHoldout });
    }

    /// <summary>Divides the rows by time at given boundaries.</summary>
    /// <param name="data">The dataset, in any order.</param>
    /// <param name="timeColumn">A column of days, moments, or integers such as a year. A row where it is missing is refused.</param>
    /// <param name="validationFrom">The first instant of the validation part, of the column's type.</param>
    /// <param name="holdoutFrom">The first instant of the holdout; null for a split without one.</param>
    /// <returns>The three parts.</returns>
    public static StageOutput<DataSplit> SplitByTime(this StageOutput<Dataset> data, string timeColumn, DataValue validationFrom, DataValue? holdoutFrom)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(timeColumn);
        ArgumentNullException.ThrowIfNull(validationFrom);
        return data.Then(new TimeSplit(timeColumn, null, validationFrom, holdoutFrom) { AllowNoHoldout = holdoutFrom is null });
    }
}
