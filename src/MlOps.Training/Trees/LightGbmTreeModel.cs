using System.Buffers;
using System.Globalization;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Trees that LightGBM has learned.</summary>
internal sealed class LightGbmTreeModel : ITreeModel
{
    // Rows are handed over in blocks, so that a prediction of any size takes little memory.
    private const int BlockValues = 1 << 18;

    private readonly LightGbmBooster _booster;
    private readonly string[] _names;
    private readonly string _parameters;

    public LightGbmTreeModel(LightGbmBooster booster, string[] names, int threads)
    {
        (_booster, _names) = (booster, names);
        _parameters = string.Create(CultureInfo.InvariantCulture, $"num_threads={threads} verbosity=-1");
        Gains = ReadGains();
    }

    /// <inheritdoc />
    public IReadOnlyList<double> Gains { get; }

    /// <inheritdoc />
    public void Predict(IReadOnlyList<TreeColumn> columns, Span<double> results)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ObjectDisposedException.ThrowIf(_booster.IsClosed, this);
        if (!columns.Select(c => c.Name).SequenceEqual(_names, StringComparer.Ordinal))
            throw new ArgumentException($"The columns are {string.Join(", ", columns.Select(c => c.Name))}, but the model was learned from {string.Join(", ", _names)}.", nameof(columns));
        foreach (var column in columns)
        {
            if (column.Values.Length != results.Length) throw new ArgumentException($"Column '{column.Name}' has {column.Values.Length} values for {results.Length} results.", nameof(columns));
        }

        var size = Math.Max(1, Math.Min(results.Length, BlockValues / _names.Length));
        var block = ArrayPool<float>.Shared.Rent(size * _names.Length);
        try
        {
            for (var from = 0; from < results.Length; from += size)
            {
                var rows = Math.Min(size, results.Length - from);
                for (var c = 0; c < columns.Count; c++)
                {
                    var values = columns[c].Values.Span.Slice(from, rows);
                    for (var i = 0; i < values.Length; i++) block[(i * columns.Count) + c] = values[i];
                }

                Predict(block, results.Slice(from, rows));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(block);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _booster.Dispose();

    private unsafe void Predict(float[] block, Span<double> results)
    {
        fixed (float* values = block)
        fixed (double* answers = results)
        {
            LightGbmNative.Check(LightGbmNative.Predict(
                _booster, values, LightGbmNative.Float32, results.Length, _names.Length, LightGbmNative.RowMajor, LightGbmNative.PredictNormal, 0, 0, _parameters, out _, answers));
        }
    }

    private unsafe double[] ReadGains()
    {
        var gains = new double[_names.Length];
        fixed (double* results = gains) LightGbmNative.Check(LightGbmNative.Importance(_booster, 0, LightGbmNative.GainImportance, results));
        var sum = gains.Sum();
        return sum > 0 ? Array.ConvertAll(gains, g => g / sum) : gains;
    }
}
