namespace MlOps.DataValidation;

/// <summary>Texts are JSON that fits a JSON schema.</summary>
/// <param name="Column">The column of text.</param>
/// <param name="Schema">
/// The schema as JSON. Of the vocabulary: type, enum, const, properties, required, additionalProperties, minProperties, maxProperties, items, prefixItems, minItems, maxItems, uniqueItems,
/// minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, maxLength, pattern, allOf, anyOf, oneOf and not; $schema, $id, title, description, default, examples, format and $comment
/// say nothing. A schema with any other word is refused, so that nothing passes for not being understood.
/// </param>
public sealed record MatchesJsonSchema(string Column, string Schema) : ColumnExpectation(Column)
{
    /// <summary>Gets the schema.</summary>
    public string Schema { get; init; } = JsonSchema.Check(Schema);

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is JSON that fits the schema {(Schema.Length <= 60 ? Schema : Schema[..60] + "…")}";

    internal override Check Plan(CheckPlan plan)
    {
        var schema = JsonSchema.Read(Schema, plan.Options.PatternTimeout);
        return Rows(new ReadableRule(FilterTerms.TextColumn(plan.Column(Column)), schema.Fits));
    }
}
