using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Divides a dataset into three. A derived class says which row belongs to which part; this one writes the parts, checks them and locks the holdout.</summary>
/// <remarks>One byte of memory a row. The rows keep their order.</remarks>
internal abstract record SplitStage : IPipelineStage<Dataset, DataSplit>
{
    protected const byte Unassigned = byte.MaxValue;
    private static readonly string[] Names = ["training", "validation", "holdout"];

    /// <summary>Gets whether the holdout may have no rows.</summary>
    public bool AllowNoHoldout { get; init; }

    public async Task<DataSplit> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.RowCount > System.Array.MaxLength)
            throw new DataException($"'{input.Name}' has {input.RowCount} rows; a split takes at most {System.Array.MaxLength}. Split it at the source.") { DataSource = input.Name };
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var parts = new byte[input.RowCount];
        System.Array.Fill(parts, Unassigned);
        context.Report("dividing", 0);
        var check = await AssignAsync(new(store, input, context.Seed), parts, cancellationToken).ConfigureAwait(false);
        var counts = Count(input, parts);
        var written = new Dataset[3];
        for (byte part = 0; part < 3; part++)
        {
            context.Report($"writing {Names[part]}", (part + 1) / 4d);
            var rows = RowsOf(store, input, parts, part, cancellationToken);
            var made = await store.WriteAsync($"{input.Name}-{Names[part]}", new("split", input.Fingerprint), rows, null, cancellationToken).ConfigureAwait(false);
            written[part] = made with { FeatureService = input.FeatureService };
            if (written[part].RowCount != counts[part]) throw Broken(input, $"the {Names[part]} part has {written[part].RowCount} rows and should have {counts[part]}");
            context.LogMetric($"rows_{Names[part]}", counts[part]);
        }

        if (check is not null) await CheckAsync(store, input, written, check, cancellationToken).ConfigureAwait(false);
        return new(written[0], written[1], written[2].Lock(), []);
    }

    /// <summary>Sets the part of each row: 0, 1 or 2.</summary>
    /// <returns>What is checked on the written parts; null when there is nothing but the number of rows.</returns>
    protected abstract Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken);

    private long[] Count(Dataset input, byte[] parts)
    {
        var counts = new long[3];
        foreach (var part in parts)
        {
            if (part > 2) throw Broken(input, "a row is in no part");
            counts[part]++;
        }

        for (var part = 0; part < 3; part++)
        {
            if (counts[part] > 0 || (part == 2 && AllowNoHoldout)) continue;
            var sizes = string.Create(CultureInfo.InvariantCulture, $"{counts[0]}, {counts[1]} and {counts[2]} of {parts.Length} rows");
            throw new DataException($"The {Names[part]} part of '{input.Name}' would be empty: training, validation and holdout would have {sizes}. Take more rows or other fractions.")
            {
                DataSource = input.Name,
            };
        }

        return counts;
    }

    private static async IAsyncEnumerable<RecordBatch> RowsOf(
        IDatasetStore store, Dataset input, byte[] parts, byte part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = 0;
        int[] rows = [];
        await foreach (var batch in store.ReadAsync(input, null, cancellationToken).ConfigureAwait(false))
        {
            if (rows.Length < batch.Length) rows = new int[batch.Length];
            var count = 0;
            for (var row = 0; row < batch.Length; row++)
            {
                if (parts[start + row] == part) rows[count++] = row;
            }

            start += batch.Length;
            yield return Batches.Take(batch, rows.AsSpan(0, count));
        }
    }

    private static async Task CheckAsync(IDatasetStore store, Dataset input, Dataset[] written, SplitCheck check, CancellationToken cancellationToken)
    {
        for (byte part = 0; part < 3; part++)
        {
            await foreach (var batch in store.ReadAsync(written[part], check.Columns, cancellationToken).ConfigureAwait(false))
            {
                var partOf = check.PartOf(batch);
                for (var row = 0; row < batch.Length; row++)
                {
                    if (partOf(row) != part) throw Broken(input, $"the {Names[part]} part holds a row of another");
                }
            }
        }
    }

    private static DataException Broken(Dataset input, string what) =>
        new($"The split of '{input.Name}' is not one: {what}. Nothing was handed on; please report this.") { DataSource = input.Name };
}

/// <summary>What is divided.</summary>
internal sealed record SplitSource(IDatasetStore Store, Dataset Data, int Seed)
{
    public IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        foreach (var column in columns) Data.Schema.IndexOf(column);
        return Store.ReadAsync(Data, columns, cancellationToken);
    }

    public DataException Missing(string column, long row) =>
        new($"{Data.Name}, row {row + 1}: column '{column}' is missing there, so the row belongs to no part. Drop such rows before the split with {nameof(FilterRows)}.")
        {
            DataSource = Data.Name,
            Column = column,
            Row = row + 1,
        };
}

/// <summary>What must be true of the parts as they were written: the part that each row belongs to, found again from its values.</summary>
internal sealed record SplitCheck(IReadOnlyList<string> Columns, Func<RecordBatch, Func<int, byte>> PartOf);
