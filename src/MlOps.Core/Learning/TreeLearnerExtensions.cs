namespace MlOps.Core;

/// <summary>What is done with a learner of trees.</summary>
public static class TreeLearnerExtensions
{
    /// <summary>Predicts every row by trees that were learned from the rows of the other folds, so that no answer was learned by heart.</summary>
    /// <param name="learner">The learner.</param>
    /// <param name="task">What is learned.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="target">What is to be told, one number a row.</param>
    /// <param name="folds">How many folds, at least 2 and at most one a row. Rows are dealt to them at random by the seed of the options; for <see cref="TreeTask.Binary"/> each fold gets its part of either class.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="learned">Is called with the model of each fold, before it is disposed; null for nothing.</param>
    /// <param name="cancellationToken">Stops the learning.</param>
    /// <returns>One answer a row.</returns>
    /// <exception cref="ArgumentException">As of <see cref="ITreeLearner.Fit"/>, or fewer rows than folds.</exception>
    public static double[] PredictOutOfFold(
        this ITreeLearner learner,
        TreeTask task,
        IReadOnlyList<TreeColumn> columns,
        ReadOnlyMemory<float> target,
        int folds = 5,
        TreeOptions? options = null,
        Action<ITreeModel>? learned = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (target.Length < folds) throw new ArgumentException($"{target.Length} rows cannot be dealt to {folds} folds. Use fewer folds.", nameof(folds));
        if (columns.FirstOrDefault(c => c.Values.Length != target.Length) is { } other)
            throw new ArgumentException($"Column '{other.Name}' has {other.Values.Length} values, and the target {target.Length}.", nameof(columns));
        options ??= new();
        var fold = Deal(task, target.Span, folds, options.Seed);
        var results = new double[target.Length];
        for (var k = 0; k < folds; k++)
        {
            var (others, own) = (RowsOf(fold, k, inside: false), RowsOf(fold, k, inside: true));
            using var model = learner.Fit(task, Take(columns, others), Take(target.Span, others), options, cancellationToken);
            var answers = new double[own.Length];
            model.Predict(Take(columns, own), answers);
            for (var i = 0; i < own.Length; i++) results[own[i]] = answers[i];
            learned?.Invoke(model);
        }

        return results;
    }

    // The fold of every row: rows in a random order, class after class, are dealt like cards.
    private static int[] Deal(TreeTask task, ReadOnlySpan<float> target, int folds, int seed)
    {
        var rows = new int[target.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = i;
        new Random(seed).Shuffle(rows);
        var fold = new int[rows.Length];
        var next = 0;
        for (var positive = 0; positive < 2; positive++)
        {
            foreach (var row in rows)
            {
                if (positive == (task == TreeTask.Binary && target[row] != 0 ? 1 : 0)) fold[row] = next++ % folds;
            }
        }

        return fold;
    }

    private static int[] RowsOf(int[] fold, int k, bool inside)
    {
        var rows = new List<int>(fold.Length);
        for (var i = 0; i < fold.Length; i++)
        {
            if ((fold[i] == k) == inside) rows.Add(i);
        }

        return [.. rows];
    }

    private static TreeColumn[] Take(IReadOnlyList<TreeColumn> columns, int[] rows) => [.. columns.Select(c => c with { Values = Take(c.Values.Span, rows) })];

    private static float[] Take(ReadOnlySpan<float> values, int[] rows)
    {
        var taken = new float[rows.Length];
        for (var i = 0; i < rows.Length; i++) taken[i] = values[rows[i]];
        return taken;
    }
}
