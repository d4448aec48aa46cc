using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>All that is kept of the training data: what encodes rows, a sample of them, and what their columns have in common.</summary>
internal sealed record MultivariateReference(long Rows, WatchedColumns Columns, RowEncoder Encoder, RowSample Sample)
{
    /// <summary>The components, found from one half of the sample; null when there are too few rows or columns for any.</summary>
    public PrincipalComponents? Components { get; private init; }

    /// <summary>The errors of the other half. What was fitted to a row is too near to it to compare with.</summary>
    public ReconstructionErrors Errors { get; private init; } = new([]);

    /// <summary>The edges of the bins in which errors are counted.</summary>
    public double[] Edges { get; private init; } = [];

    /// <summary>Reads training data once.</summary>
    public static async Task<MultivariateReference> ReadAsync(IDatasetStore datasets, Dataset training, WatchedColumns columns, MultivariateOptions options, CancellationToken cancellationToken)
    {
        var (encoder, sample) = (new RowEncoder(columns.Features), new RowSample(columns, options.SampleRows, options.VectorRows, options.Seed));
        var rows = 0L;
        string[] names = [.. encoder.Names, .. columns.Vectors.SelectMany(v => v.Columns), .. columns.Texts];
        if (names.Length > 0)
        {
            await foreach (var batch in datasets.ReadAsync(training, names, cancellationToken).ConfigureAwait(false))
            {
                sample.Add(batch, encoder.Encode(batch, learn: true));
                rows += batch.Length;
            }
        }

        encoder.Settle(sample.Rows);
        return new MultivariateReference(rows, columns, encoder, sample).WithComponents(options);
    }

    /// <summary>Gives the error of an encoded row.</summary>
    public double ErrorOf(ReadOnlySpan<double> row, Span<double> buffer)
    {
        Encoder.Fill(row, buffer);
        return Components!.ReconstructionError(buffer);
    }

    private MultivariateReference WithComponents(MultivariateOptions options)
    {
        if (!options.Reconstruction || Encoder.Width < 2 || Sample.Rows.Count < 4) return this;
        var order = Enumerable.Range(0, Sample.Rows.Count).ToArray();
        new Random(options.Seed).Shuffle(order);
        var (covariance, filled) = (new RunningCovariance(Encoder.Width), new double[Encoder.Width]);

        // All comes from the one half: a row of the other one is then as new to it as a row of a window is.
        var known = Array.ConvertAll(order[..(order.Length / 2)], row => Sample.Rows[row]);
        Encoder.LearnFillings(known);
        foreach (var row in known)
        {
            Encoder.Fill(row, filled);
            covariance.Add(filled);
        }

        var fitted = this with { Components = PrincipalComponents.Fit(covariance, options.VarianceShare) };
        var errors = Array.ConvertAll(order[(order.Length / 2)..], row => fitted.ErrorOf(Sample.Rows[row], filled));
        var edges = ReconstructionErrors.Edges(errors);
        var counted = new ReconstructionErrors(edges);
        foreach (var error in errors) counted.Add(error);
        return fitted with { Errors = counted, Edges = edges };
    }
}
