using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.DataValidation;

namespace FlightDelays;

/// <summary>A page that shows, column by column, what the champion was trained on beside what it was asked.</summary>
internal sealed class DriftPage(IModelRegistry registry, IDatasetStore datasets, IPredictionLog log, IOptions<MlOpsOptions> options)
{
    public async Task<string> WriteAsync(DateTimeOffset from, DateTimeOffset to)
    {
        var champion = await registry.FindByAliasAsync(FlightDelayPipeline.Name, ModelNames.Champion) ?? throw new InvalidOperationException("Nothing serves.");
        var training = champion.RequireBundle().Manifest.Data["training"];
        var inputs = champion.RequireBundle().Manifest.Signature.InputSchema.Where(c => c.Type != ColumnType.Timestamp).Select(c => c.Name).ToList(); // time always moves
        var dataset = new Dataset(training.Name, training.Fingerprint, training.Schema, training.RowCount, training.Artifact, new("model", $"{champion.Model}/{champion.Version}"), champion.CreatedAt);
        var profiler = new Profiler();
        var before = await profiler.ProfileAsync(datasets.ReadAsync(dataset, inputs));
        var after = await profiler.ProfileAsync(OnlyAsync(log.ReadAsync(FlightDelayPipeline.Name, from, to), inputs));
        var path = options.Value.PathOf(Path.Combine("reports", "drift.html"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, MlOps.DataValidation.Report.Compare(before, after, "flights").ToHtml());
        return path;
    }

    private static async IAsyncEnumerable<RecordBatch> OnlyAsync(IAsyncEnumerable<RecordBatch> batches, List<string> columns)
    {
        await foreach (var batch in batches)
            yield return new RecordBatch(new Schema(columns.Select(name => batch.Schema.GetFieldByName(name)), null), columns.Select(batch.Column), batch.Length);
    }
}
