using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Puts the rows of several datasets under each other, in the order of the datasets. Columns are matched by name.</summary>
internal sealed record UnionStage(bool FillMissing) : IPipelineStage<IReadOnlyList<Dataset>, Dataset>
{
    public async Task<Dataset> RunAsync(IReadOnlyList<Dataset> input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var schema = SchemaOf(input); // before anything is read
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var origin = new DatasetOrigin("union", string.Join(' ', input.Select(d => d.Fingerprint)));
        var rows = RowsAsync(store, input, schema, context, cancellationToken);
        var united = await store.WriteAsync(input[0].Name, origin, rows, null, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", united.RowCount);
        return united with { FeatureService = input.All(d => d.FeatureService == input[0].FeatureService) ? input[0].FeatureService : null };
    }

    private static async IAsyncEnumerable<RecordBatch> RowsAsync(
        IDatasetStore store, IReadOnlyList<Dataset> input, DatasetSchema schema, StageContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var arrow = schema.ToArrow();
        for (var i = 0; i < input.Count; i++)
        {
            context.Report($"reading {input[i].Name}", (double)i / input.Count);
            var part = input[i].Schema;
            string[] columns = [.. schema.Where(c => part.Contains(c.Name)).Select(c => c.Name)];
            await foreach (var batch in store.ReadAsync(input[i], columns, cancellationToken).ConfigureAwait(false))
                yield return new(arrow, schema.Select(c => part.Contains(c.Name) ? batch.Column(Batches.IndexOf(batch, c.Name)) : Columns.Empty(c.Type, batch.Length)), batch.Length);
        }
    }

    private DatasetSchema SchemaOf(IReadOnlyList<Dataset> input)
    {
        var columns = new List<Column>();
        var owners = new Dictionary<string, (Column Column, Dataset Data)>(StringComparer.Ordinal);
        foreach (var data in input)
        {
            foreach (var column in data.Schema)
            {
                if (owners.TryAdd(column.Name, (column, data))) columns.Add(column);
                else if (owners[column.Name] is var (other, first) && other.Type != column.Type)
                {
                    throw Refused(data, column.Name, $"Column '{column.Name}' is {other.Type} in '{first.Name}' and {column.Type} in '{data.Name}'. Cast one of the two with {nameof(CastColumn)} before the union.");
                }
            }
        }

        if (!FillMissing)
        {
            foreach (var data in input)
            {
                if (columns.Find(c => !data.Schema.Contains(c.Name)) is { } absent)
                    throw Refused(data, absent.Name, $"Column '{absent.Name}' is in '{owners[absent.Name].Data.Name}' and not in '{data.Name}'. Drop it before the union, or let it be missing there with fillMissing: true.");
            }
        }

        return new(columns);
    }

    private static DataException Refused(Dataset data, string column, string message) => new(message) { DataSource = data.Name, Column = column };
}
