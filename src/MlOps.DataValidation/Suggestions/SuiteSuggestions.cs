using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>A suite that a profile suggests, to be read, changed and kept by a person.</summary>
/// <param name="Name">The name of the suite.</param>
/// <param name="Suggestions">The suggestions, column by column.</param>
public sealed record SuiteSuggestions(string Name, IReadOnlyList<Suggestion> Suggestions)
{
    // What says the same as another suggestion or less, when that one is made.
    private static readonly (string Rule, string[] ImpliedBy)[] Implied =
    [
        (nameof(SuggestionRules.FractionalCategoricalRange), [nameof(SuggestionRules.CategoricalRange)]),
        (nameof(SuggestionRules.HasMinLength), [nameof(SuggestionRules.CategoricalRange), nameof(SuggestionRules.RetainType)]),
        (nameof(SuggestionRules.HasMaxLength), [nameof(SuggestionRules.CategoricalRange)]),
        (nameof(NumberRules.HasMin), [nameof(SuggestionRules.CategoricalRange)]),
        (nameof(NumberRules.HasMax), [nameof(SuggestionRules.CategoricalRange)]),
        (nameof(SuggestionRules.NonNegativeNumbers), [nameof(SuggestionRules.CategoricalRange)]),
    ];

    /// <summary>Suggests a suite.</summary>
    /// <param name="profile">The profile of data that are as they should be.</param>
    /// <param name="name">The name of the suite.</param>
    /// <param name="options">How much new data may differ; null for the defaults.</param>
    /// <returns>The suggestions; none for a column without rows. What another suggestion of the column says already is left out.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static SuiteSuggestions From(DatasetProfile profile, string name, SuggestionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        options ??= new();
        return new(name, [.. profile.Columns.Where(c => c.Length > 0).SelectMany(c => Of(ColumnTraits.Of(c, profile[c], options), options))]);
    }

    /// <summary>Makes the suite. Each expectation has its <see cref="Expectation.Reason"/>.</summary>
    /// <returns>The suite.</returns>
    public ExpectationSuite ToSuite() => new(Name, [.. Suggestions.Select(s => s.Expectation with { Reason = s.Reason })]);

    /// <summary>Prints the suite as C#, with the reasons as comments.</summary>
    /// <returns>A statement that makes the suite.</returns>
    public string ToCSharp() => SuiteCSharp.Write(this);

    /// <summary>Prints the suite as JSON, with the reasons.</summary>
    /// <returns>The text, which <see cref="ExpectationSuite.FromJson"/> reads.</returns>
    public string ToJson() => ToSuite().ToJson();

    /// <summary>Prints the suite as YAML, with the reasons.</summary>
    /// <returns>The text, which <see cref="ExpectationSuite.FromYaml"/> reads.</returns>
    public string ToYaml() => ToSuite().ToYaml();

    // Numbers that are not negative need no second lower bound, and numbers with a higher one need not be said not to be negative.
    private static string? WeakerLowerBound(Suggestion[] made)
    {
        var (notNegative, min) = (made.FirstOrDefault(s => s.Rule == nameof(SuggestionRules.NonNegativeNumbers)), made.FirstOrDefault(s => s.Rule == nameof(NumberRules.HasMin)));
        return notNegative is null || min is null ? null : notNegative.Expectation == min.Expectation ? min.Rule : notNegative.Rule;
    }

    private static IEnumerable<Suggestion> Of(ColumnTraits column, SuggestionOptions options)
    {
        if (column.Rows == 0) return [];
        var made = SuggestionRules.All.Values.Select(rule => rule(column, options)).OfType<Suggestion>().ToArray();
        var rules = made.Select(s => s.Rule).ToHashSet(StringComparer.Ordinal);
        return made
            .Where(s => !Implied.Any(i => i.Rule == s.Rule && i.ImpliedBy.Any(rules.Contains)))
            .Where(s => s.Rule != WeakerLowerBound(made));
    }
}
