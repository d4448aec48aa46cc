using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What is expected of one column. Two column schemas are equal when they say the same.</summary>
/// <remarks>Impossible combinations are refused by the <see cref="DataSchema"/> that the column is put into.</remarks>
public sealed partial record ColumnSchema
{
    /// <summary>Creates the schema of an optional column of one type.</summary>
    /// <param name="name">The name of the column; names that differ in case are different.</param>
    /// <param name="type">The type of the values. For lists it is the type of their innermost values, see <see cref="Lists"/>.</param>
    public ColumnSchema(string name, ValueKind type) => (Name, Type) = (name, type);

    /// <summary>Gets the name.</summary>
    public string Name { get; init; }

    /// <summary>Gets the type of the values. Integers are not taken for reals, nor the other way round.</summary>
    public ValueKind Type { get; init; }

    /// <summary>Gets what the column means, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets how many rows must have a value.</summary>
    /// <value>The default is <see cref="Presence.Optional"/>.</value>
    public Presence Presence { get; init; } = Presence.Optional;

    /// <summary>Gets as what the values can be read: texts as Integer, Real or Boolean, integers and reals as Boolean (0 and 1).</summary>
    /// <value>Null, the default, takes the values as they are.</value>
    public ValueKind? ReadsAs { get; init; }

    /// <summary>Gets the text that stands for true when texts are read as Boolean.</summary>
    public string? TrueText { get; init; }

    /// <summary>Gets the text that stands for false when texts are read as Boolean.</summary>
    public string? FalseText { get; init; }

    /// <summary>Gets the numbers that are allowed. NaN is no number, see <see cref="AllowsNaN"/>.</summary>
    /// <value>Null, the default, allows every number.</value>
    public NumericRange? Range { get; init; }

    /// <summary>Gets the days or moments that are allowed.</summary>
    /// <value>Null, the default, allows every time.</value>
    public TimeRange? Times { get; init; }

    /// <summary>Gets the texts that are allowed, compared ordinally.</summary>
    /// <value>Null, the default, allows every text.</value>
    public IReadOnlyList<string>? Domain { get; init => field = value is null ? null : EquatableList<string>.Of(value); }

    /// <summary>Gets which share of the values must lie in the domain, 0 to 1.</summary>
    /// <value>Null, the default, means all.</value>
    public double? MinDomainMass { get; init; }

    /// <summary>Gets a value indicating whether NaN is allowed.</summary>
    /// <value>The default is true.</value>
    public bool AllowsNaN { get; init; } = true;

    /// <summary>Gets a value indicating whether infinities are allowed.</summary>
    /// <value>The default is true.</value>
    public bool AllowsInfinity { get; init; } = true;

    /// <summary>Gets a value indicating whether no value may come twice. Missing values may.</summary>
    /// <value>The default is false.</value>
    public bool IsUnique { get; init; }

    /// <summary>Gets how many different values there may be. For texts, truth values and categorical integers.</summary>
    /// <value>Null, the default, allows any number.</value>
    public CountRange? Distinct { get; init; }

    /// <summary>Gets a value indicating whether the integers are names rather than quantities.</summary>
    /// <value>The default is false.</value>
    public bool IsCategorical { get; init; }

    /// <summary>Gets how many values lists have, from the outermost level to the innermost.</summary>
    /// <value>Empty, the default, means single values; null allows single values and lists of any depth and length.</value>
    public IReadOnlyList<CountRange>? Lists { get; init => field = value is null ? null : EquatableList<CountRange>.Of(value); } = EquatableList<CountRange>.Empty;

    /// <summary>Gets the shape that the values of every row have, as one tensor.</summary>
    /// <value>Null, the default, fixes none. With a shape no value may be missing.</value>
    public IReadOnlyList<int>? Shape { get; init => field = value is null ? null : EquatableList<int>.Of(value); }

    /// <summary>Gets how far the column is in its life.</summary>
    /// <value>The default is <see cref="LifecycleStage.Production"/>.</value>
    public LifecycleStage Lifecycle { get; init; }

    /// <summary>Gets the environments in which the column is expected beyond the default ones.</summary>
    public IReadOnlyList<string> InEnvironments { get; init => field = EquatableList<string>.Of(value); } = EquatableList<string>.Empty;

    /// <summary>Gets the environments in which the column is not expected, for instance a label in serving.</summary>
    public IReadOnlyList<string> NotInEnvironments { get; init => field = EquatableList<string>.Of(value); } = EquatableList<string>.Empty;

    /// <summary>Gets how far the column may be from the previous span of the data.</summary>
    public Comparator? Drift { get; init; }

    /// <summary>Gets how far the column may be from the same column in serving.</summary>
    public Comparator? Skew { get; init; }

    /// <summary>Gets a value indicating whether the column is validated at all.</summary>
    public bool IsValidated => Lifecycle is LifecycleStage.Production or LifecycleStage.Beta;

    /// <summary>Gets a value indicating whether the values are categories, whose shares can be compared.</summary>
    internal bool HasCategories => Type is ValueKind.Text or ValueKind.Boolean || (Type == ValueKind.Integer && (IsCategorical || ReadsAs == ValueKind.Boolean));
}
