using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>What a trainer knows when it builds its chain.</summary>
/// <remarks>
/// A hyperparameter is declared where it is used, by one of the methods that choose. The first trial takes the defaults; trial i draws each value from its range,
/// and what it draws depends on the seed, i and the name alone: neither on the other hyperparameters nor on the number of trials.
/// </remarks>
public sealed class TrainerContext
{
    private readonly SortedDictionary<string, string> _choices = new(StringComparer.Ordinal);

    /// <summary>Creates a context, as a test of a trainer needs it.</summary>
    /// <param name="schema">The prepared columns.</param>
    /// <param name="label">The column that is to be predicted.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="trial">The trial, from 1, which takes the defaults.</param>
    /// <param name="threads">How many threads a trainer may use.</param>
    public TrainerContext(DatasetSchema schema, string label, int seed = 0, int trial = 1, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentException.ThrowIfNullOrEmpty(label);
        ArgumentOutOfRangeException.ThrowIfLessThan(trial, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (Schema, Label, Seed, Trial, Threads) = (schema, label, seed, trial, threads);
    }

    /// <summary>Gets the prepared columns, the label among them.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Gets the column that is to be predicted.</summary>
    public string Label { get; }

    /// <summary>Gets the seed, for trainers that take one of their own.</summary>
    public int Seed { get; }

    /// <summary>Gets the trial, from 1.</summary>
    public int Trial { get; }

    /// <summary>Gets how many threads the trainer may use; give it to the trainer's options.</summary>
    public int Threads { get; }

    /// <summary>Gets the columns of numbers but for the label: Single in ML.NET.</summary>
    public IReadOnlyList<string> NumericColumns => Columns(ColumnType.Int64, ColumnType.Float64, ColumnType.Decimal);

    /// <summary>Gets the columns of truth values but for the label: Boolean in ML.NET.</summary>
    public IReadOnlyList<string> BooleanColumns => Columns(ColumnType.Boolean);

    /// <summary>Gets the columns of text but for the label: Text in ML.NET.</summary>
    public IReadOnlyList<string> TextColumns => Columns(ColumnType.String);

    /// <summary>Gets what was chosen so far, as invariant text.</summary>
    public IReadOnlyDictionary<string, string> Choices => _choices;

    /// <summary>Chooses a fraction.</summary>
    /// <param name="name">The hyperparameter.</param>
    /// <param name="from">The smallest value.</param>
    /// <param name="to">The largest value.</param>
    /// <param name="logScale">Whether each order of magnitude is as likely as the other; the range must then be positive.</param>
    /// <param name="defaultValue">What the first trial takes; null for the middle of the range.</param>
    /// <returns>The value of this trial.</returns>
    public double Choose(string name, double from, double to, bool logScale = false, double? defaultValue = null)
    {
        Check(name, from, to, logScale, defaultValue);
        return Note(name, Trial == 1 && defaultValue is { } value ? value : Draw(name, from, to, logScale));
    }

    /// <summary>Chooses a whole number.</summary>
    /// <param name="name">The hyperparameter.</param>
    /// <param name="from">The smallest value.</param>
    /// <param name="to">The largest value.</param>
    /// <param name="logScale">Whether each order of magnitude is as likely as the other; the range must then be positive.</param>
    /// <param name="defaultValue">What the first trial takes; null for the middle of the range.</param>
    /// <returns>The value of this trial.</returns>
    public int Choose(string name, int from, int to, bool logScale = false, int? defaultValue = null)
    {
        Check(name, from, to, logScale, defaultValue);
        if (Trial == 1 && defaultValue is { } value) return Note(name, value);
        // On a linear scale each number has a share of the same width.
        var drawn = logScale || Trial == 1 ? Math.Round(Draw(name, from, to, logScale)) : Math.Floor(Draw(name, from, to + 1.0, logScale));
        return Note(name, (int)Math.Clamp(drawn, from, to));
    }

    /// <summary>Chooses one of several values.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="name">The hyperparameter.</param>
    /// <param name="values">The values; the first trial takes the first.</param>
    /// <returns>The value of this trial.</returns>
    public T ChooseOneOf<T>(string name, params IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0) throw new ArgumentException($"There is nothing to choose '{name}' from.", nameof(values));
        return Note(name, values[Trial == 1 ? 0 : (int)(Fraction(name) * values.Count)]);
    }

    private static void Check(string name, double from, double to, bool logScale, double? defaultValue)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!double.IsFinite(from) || !double.IsFinite(to) || from > to) throw new ArgumentException($"'{name}' is to be chosen from {from} to {to}, which is no range.", nameof(from));
        if (logScale && from <= 0) throw new ArgumentException($"'{name}' is to be chosen on a logarithmic scale from {from}; such a range must be above 0.", nameof(from));
        if (defaultValue < from || defaultValue > to) throw new ArgumentException($"The default {defaultValue} of '{name}' lies outside of its range.", nameof(defaultValue));
    }

    private string[] Columns(params ColumnType[] types) => [.. Schema.Where(c => c.Name != Label && types.Contains(c.Type)).Select(c => c.Name)];

    private double Draw(string name, double from, double to, bool logScale)
    {
        var fraction = Trial == 1 ? 0.5 : Fraction(name);
        var value = logScale ? Math.Exp(Math.Log(from) + (fraction * (Math.Log(to) - Math.Log(from)))) : from + (fraction * (to - from));
        return Math.Clamp(value, from, to);
    }

    /// <summary>A number from 0 to below 1 that seed, trial and name determine, on every machine.</summary>
    private double Fraction(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Seed}/{Trial}/{name}")), hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }

    private T Note<T>(string name, T value)
        where T : notnull
    {
        _choices[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        return value;
    }
}
