using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>What is expected of data. It is a plain record of parameters; the work is done by the validation that it is part of.</summary>
/// <remarks>
/// Immutable and thread-safe. A check of one's own derives from <see cref="ValueExpectation{T}"/> (one value), <see cref="RowExpectation"/> (several values of a row) or
/// <see cref="AggregateExpectation{T}"/> (a whole column). Keep everything in public properties, so that the cache key of a pipeline sees it.
/// </remarks>
[JsonConverter(typeof(ExpectationJsonConverter))]
public abstract record Expectation
{
    private protected Expectation(NullPolicy nulls = NullPolicy.Ignore) => Nulls = nulls;

    /// <summary>Gets what the expectation is called, as values_between.</summary>
    [JsonIgnore]
    public string Kind => Name;

    /// <summary>Gets the columns that the expectation looks at. A column that the data does not have fails it.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Gets what is expected, as a sentence without its end: 'distance' is between 1 and 6000.</summary>
    [JsonIgnore]
    public string Description => Describe();

    /// <summary>Gets what a failure means.</summary>
    /// <value>The default is <see cref="Severity.Error"/>.</value>
    public Severity Severity { get; init; }

    /// <summary>Gets the share of the judged rows that must pass, 0 to 1. A row that fails is rejected by a quarantine all the same.</summary>
    /// <value>The default is 1: all of them.</value>
    public double Mostly
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Mostly), value, "The share of rows that must pass lies between 0 and 1.");
    }

    = 1;

    /// <summary>Gets which rows are looked at; null for all.</summary>
    public RowFilter? Where { get; init; }

    /// <summary>Gets what is done with missing values.</summary>
    public NullPolicy Nulls { get; init; }

    /// <summary>Gets why this is expected, for people; null where nothing is said. It changes nothing.</summary>
    public string? Reason { get; init; }

    private protected virtual string Name => ExpectationNames.Of(GetType());

    /// <summary>Says what is expected, for <see cref="Description"/>.</summary>
    /// <returns>A sentence without its end.</returns>
    protected abstract string Describe();

    /// <summary>Compiles the expectation for the columns of some data.</summary>
    /// <exception cref="CheckException">It cannot be checked on them.</exception>
    internal abstract Check Plan(CheckPlan plan);

    internal string Filtered => Where is null ? Description : $"{Description} where {Where.Text}";
}
