using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Sends rows of a dataset the way of a request. Rows that are refused together are halved until those are found that are to blame.</summary>
/// <remarks>One bad row among n costs twice the logarithm of n more calls; when all are bad, the model is called twice for each.</remarks>
internal sealed class ChunkScorer(ServedModel served, string dataset, InputEnrichers enrichers, InputGuards guards, TimeProvider time)
{
    /// <summary>Predicts rows.</summary>
    /// <exception cref="DataException">The dataset lacks a column that the model needs, whatever the row.</exception>
    public async ValueTask<ScoredChunk> ScoreAsync(IReadOnlyList<Tensor> inputs, int rows, CancellationToken cancellationToken)
    {
        var chunk = new ScoredChunk(rows, served.Model.Manifest.Signature.Outputs);
        int[] all = [.. Enumerable.Range(0, rows)];
        if (enrichers.Know(served)) await EnrichAsync(chunk, inputs, all, cancellationToken).ConfigureAwait(false);
        else Guard(chunk, inputs, all);
        return chunk;
    }

    private async ValueTask EnrichAsync(ScoredChunk chunk, IReadOnlyList<Tensor> inputs, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        IReadOnlyList<Tensor> enriched;
        try
        {
            enriched = await enrichers.AddLackingAsync(served, inputs, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelInputException e)
        {
            if (e.Input is { } column && !Has(inputs, column)) throw Lacking(column, e);
            if (rows.Length == 1)
            {
                chunk.Fail(rows.Span[0], inputs, e.Message);
                return;
            }

            foreach (var half in Halves(rows.Length)) await EnrichAsync(chunk, TensorRows.Pick(inputs, half), Pick(rows.Span, half), cancellationToken).ConfigureAwait(false);
            return;
        }

        Guard(chunk, enriched, rows);
    }

    private void Guard(ScoredChunk chunk, IReadOnlyList<Tensor> inputs, ReadOnlyMemory<int> rows)
    {
        if (!guards.Watch(served.Name))
        {
            Predict(chunk, inputs, rows);
            return;
        }

        // Where a row does not fit, the model says so; the others are looked at all the same.
        var fitted = InputGuards.Fit(served, enrichers.TakenBy(served, inputs));
        if (fitted is null && rows.Length > 1)
        {
            foreach (var half in Halves(rows.Length)) Guard(chunk, TensorRows.Pick(inputs, half), Pick(rows.Span, half));
            return;
        }

        var refused = fitted is null ? [] : guards.FindRefused(served, fitted);
        if (refused.Count == 0)
        {
            Predict(chunk, inputs, rows);
            return;
        }

        foreach (var (row, findings) in refused.OrderBy(r => r.Key))
            chunk.Fail(rows.Span[row], TensorRows.Pick(inputs, [row]), string.Join(' ', findings.Select(f => $"Expected that {f.Message}.")));
        int[] left = [.. Enumerable.Range(0, rows.Length).Where(row => !refused.ContainsKey(row))];
        if (left.Length > 0) Predict(chunk, TensorRows.Pick(inputs, left), Pick(rows.Span, left));
    }

    private void Predict(ScoredChunk chunk, IReadOnlyList<Tensor> inputs, ReadOnlyMemory<int> rows)
    {
        var started = time.GetTimestamp();
        try
        {
            var outputs = served.Model.Predict(enrichers.TakenBy(served, inputs));
            chunk.Set(new(rows, inputs, outputs, time.GetElapsedTime(started)));
            return;
        }
#pragma warning disable CA1031 // whatever a model throws at a row is what is known of the row
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            // A name that is none of the model's inputs is one that a step of the preparation has made.
            if (e is ModelInputException { Input: { } column } && !Has(inputs, column) && served.Model.Manifest.Signature.InputSchema.Contains(column)) throw Lacking(column, e);
            if (rows.Length == 1)
            {
                chunk.Fail(rows.Span[0], inputs, e.Message);
                return;
            }
        }

        foreach (var half in Halves(rows.Length)) Predict(chunk, TensorRows.Pick(inputs, half), Pick(rows.Span, half));
    }

    private static bool Has(IReadOnlyList<Tensor> inputs, string column) => inputs.Any(i => i.Name == column);

    private DataException Lacking(string column, Exception error) =>
        new($"Dataset '{dataset}' cannot be scored by version {served.VersionText} of model '{served.Name}': {error.Message}", error) { DataSource = dataset, Column = column };

    private static int[][] Halves(int rows) => [[.. Enumerable.Range(0, rows / 2)], [.. Enumerable.Range(rows / 2, rows - (rows / 2))]];

    private static int[] Pick(ReadOnlySpan<int> rows, int[] places)
    {
        var picked = new int[places.Length];
        for (var i = 0; i < picked.Length; i++) picked[i] = rows[places[i]];
        return picked;
    }
}
