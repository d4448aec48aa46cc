using System.Globalization;
using System.Runtime.InteropServices;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Learns trees with LightGBM, straight through its C interface: categories and missing values as they are, and one tree at a time, so that learning can be stopped.</summary>
internal sealed class LightGbmTreeLearner : ITreeLearner
{
    /// <inheritdoc />
    public ITreeModel Fit(TreeTask task, IReadOnlyList<TreeColumn> columns, ReadOnlyMemory<float> target, TreeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        CheckTarget(task, target.Span);
        CheckColumns(columns, target.Length);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        var parameters = Parameters(task, columns, options);
        try
        {
            using var rows = Load(columns, target.Span, parameters);
            LightGbmNative.Check(LightGbmNative.CreateBooster(rows, parameters, out var booster));
            try
            {
                for (var tree = 0; tree < options.Trees; tree++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    LightGbmNative.Check(LightGbmNative.AddTree(booster, out var isFinished));
                    if (isFinished != 0) break;
                }

                return new LightGbmTreeModel(booster, [.. columns.Select(c => c.Name)], options.Threads);
            }
            catch
            {
                booster.Dispose();
                throw;
            }
        }
        catch (DllNotFoundException e)
        {
            throw new TrainingException("The native library of LightGBM cannot be loaded. It exists for x64 on Linux (where it needs libgomp1), macOS and Windows.", e) { Trainer = "LightGBM" };
        }
    }

    private static string Parameters(TreeTask task, IReadOnlyList<TreeColumn> columns, TreeOptions options)
    {
        var categories = string.Join(',', Enumerable.Range(0, columns.Count).Where(i => columns[i].IsCategory));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"objective={(task == TreeTask.Binary ? "binary" : "regression")} num_leaves={options.Leaves} learning_rate={options.LearningRate:R} min_data_in_leaf={options.MinRowsPerLeaf} seed={options.Seed} num_threads={options.Threads} deterministic=true force_row_wise=true verbosity=-1{(categories.Length == 0 ? "" : $" categorical_feature={categories}")}");
    }

    private static unsafe LightGbmDataset Load(IReadOnlyList<TreeColumn> columns, ReadOnlySpan<float> target, string parameters)
    {
        var rows = target.Length;
        var matrix = (float*)NativeMemory.Alloc((nuint)rows * (nuint)columns.Count, sizeof(float));
        LightGbmDataset dataset;
        try
        {
            for (var c = 0; c < columns.Count; c++) columns[c].Values.Span.CopyTo(new(matrix + ((nint)c * rows), rows));
            LightGbmNative.Check(LightGbmNative.CreateDataset(matrix, LightGbmNative.Float32, rows, columns.Count, LightGbmNative.ColumnMajor, parameters, 0, out dataset));
        }
        finally
        {
            NativeMemory.Free(matrix);
        }

        try
        {
            fixed (float* labels = target) LightGbmNative.Check(LightGbmNative.SetField(dataset, "label", labels, rows, LightGbmNative.Float32));
            return dataset;
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    private static void CheckTarget(TreeTask task, ReadOnlySpan<float> target)
    {
        if (target.Length == 0) throw new ArgumentException("There are no rows to learn from.", nameof(target));
        for (var i = 0; i < target.Length; i++)
        {
            if (task == TreeTask.Binary ? target[i] is not (0 or 1) : !float.IsFinite(target[i]))
                throw new ArgumentException($"The target of row {i} is {target[i]}, but it must be {(task == TreeTask.Binary ? "0 or 1" : "a finite number")}. Leave the row out.", nameof(target));
        }
    }

    private static void CheckColumns(IReadOnlyList<TreeColumn> columns, int rows)
    {
        if (columns.Count == 0) throw new ArgumentException("There are no columns to learn from.", nameof(columns));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            if (!names.Add(column.Name)) throw new ArgumentException($"Two columns have the name '{column.Name}'.", nameof(columns));
            if (column.Values.Length != rows) throw new ArgumentException($"Column '{column.Name}' has {column.Values.Length} values, and the target {rows}.", nameof(columns));
            if (column.IsCategory) CheckCodes(column);
        }
    }

    private static void CheckCodes(TreeColumn column)
    {
        var values = column.Values.Span;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (values[i] is < 0 or > TreeColumn.MaxCategory || values[i] != MathF.Floor(values[i])))
                throw new ArgumentException($"Column '{column.Name}' has the category {values[i].ToString(CultureInfo.InvariantCulture)} in row {i}. Use whole numbers from 0 to {TreeColumn.MaxCategory}, or NaN.", nameof(column));
        }
    }
}
