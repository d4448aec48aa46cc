using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds a dataset to a schema, of which the columns that the dataset has are compiled when the stage runs.</summary>
internal sealed record ValidateSchemaStage(
    DataSchema Schema, string? Environment, FailureAction OnFailure, int SampleSize, IReadOnlyList<string> KeyColumns, IReadOnlyList<HistoryRule> History) : IPipelineStage<Dataset, Dataset>
{
    public Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        context.SetTag($"validation.{context.Stage}.schema", Schema.Fingerprint);
        return new ValidateStage(Schema.ToSuite(Environment, [.. input.Schema.Select(c => c.Name)]), OnFailure, SampleSize, KeyColumns, [], History).RunAsync([input], context, cancellationToken);
    }
}
