namespace MlOps.DataValidation;

/// <summary>What is expected of some data, as one immutable object that holds in training, in a stream and for one record.</summary>
/// <remarks>Thread-safe. It may be used as often and as concurrently as wanted; every validation has counts of its own.</remarks>
/// <param name="Name">What the suite is called, for people.</param>
/// <param name="Expectations">The expectations.</param>
public sealed record ExpectationSuite(string Name, IReadOnlyList<Expectation> Expectations)
{
    /// <summary>Gets the name.</summary>
    public string Name { get; init; } = string.IsNullOrWhiteSpace(Name) ? throw new ArgumentException("A suite has a name.", nameof(Name)) : Name;

    /// <summary>Gets the expectations.</summary>
    public IReadOnlyList<Expectation> Expectations { get; init; } =
        Expectations?.All(e => e is not null) == true ? Expectations : throw new ArgumentException("A suite has no missing expectation.", nameof(Expectations));

    /// <summary>Builds a suite over columns that are named by text.</summary>
    /// <param name="name">What the suite is called.</param>
    /// <param name="build">Adds expectations.</param>
    /// <returns>The suite.</returns>
    public static ExpectationSuite Create(string name, Action<SuiteBuilder> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new SuiteBuilder();
        build(builder);
        return new(name, [.. builder.Expectations]);
    }

    /// <summary>Builds a suite over columns that are named by the members of a record.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="name">What the suite is called.</param>
    /// <param name="build">Adds expectations.</param>
    /// <returns>The suite.</returns>
    public static ExpectationSuite Create<T>(string name, Action<SuiteBuilder<T>> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new SuiteBuilder<T>();
        build(builder);
        return new(name, [.. builder.Expectations]);
    }

    /// <summary>Reads a suite from JSON, as <see cref="ToJson"/> writes it.</summary>
    /// <param name="json">The text.</param>
    /// <param name="types">The expectations that it may name; null for those of this room.</param>
    /// <returns>The suite.</returns>
    /// <exception cref="FormatException">The text is no suite, or names an expectation or a parameter that there is not; each problem is named with its line.</exception>
    public static ExpectationSuite FromJson(string json, ExpectationTypes? types = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return SuiteText.Read(() => SchemaJson.Parse(json), types ?? ExpectationTypes.BuiltIn);
    }

    /// <summary>Reads a suite from YAML, as <see cref="ToYaml"/> writes it.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="types">The expectations that it may name; null for those of this room.</param>
    /// <returns>The suite.</returns>
    /// <exception cref="FormatException">The text is no suite, or names an expectation or a parameter that there is not; each problem is named with its line.</exception>
    public static ExpectationSuite FromYaml(string yaml, ExpectationTypes? types = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return SuiteText.Read(() => SchemaYaml.Parse(yaml), types ?? ExpectationTypes.BuiltIn);
    }

    /// <summary>Writes the suite as JSON: for each expectation its name, its parameters and its reason. What has its default value is left out.</summary>
    /// <returns>The text, which <see cref="FromJson"/> reads; dates and moments are text in it.</returns>
    public string ToJson() => SuiteText.Json(this);

    /// <summary>Writes the suite as YAML, which says the same as its JSON.</summary>
    /// <returns>The text, which <see cref="FromYaml"/> reads.</returns>
    public string ToYaml() => SuiteText.Yaml(this);

    /// <summary>Puts the expectations of another suite after those of this one.</summary>
    /// <param name="other">The other suite.</param>
    /// <returns>Both.</returns>
    public ExpectationSuite And(ExpectationSuite other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Expectations = [.. Expectations, .. other.Expectations] };
    }
}
