using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads what a model said of rows, from the log or from the model itself.</summary>
internal sealed class OutputReader
{
    private static readonly string[] ScoreNames = ["Probability", "probabilities", "probability", "Score", "scores", "score", "output_probability", "variable"];
    private static readonly string[] ClassNames = ["PredictedLabel", "label", "output_label", "predicted_label"];

    private readonly string _task;
    private readonly TensorSpec? _score;
    private readonly TensorSpec? _class;
    private readonly double _threshold;
    private readonly IReadOnlyList<string> _named;
    private IReadOnlyList<string>? _classes;

    public OutputReader(BundleManifest manifest, PerformanceOptions options)
    {
        (_task, _named) = (manifest.Task, [.. options.Classes]);
        var outputs = manifest.Signature.Outputs;
        _class = _task == PerformanceMetric.Regression ? null : Find(outputs, options.PredictionOutput, ClassNames);
        _score = Find(outputs.Where(o => o != _class && o.Type != TensorType.String), options.ScoreOutput, ScoreNames)
            ?? (_task == PerformanceMetric.Regression ? outputs.FirstOrDefault(o => o.Type is TensorType.Float32 or TensorType.Float64) : null);
        IsProbability = _score is not null && _score.Name.Contains("rob", StringComparison.Ordinal);
        _threshold = IsProbability || options.ScoreOutput is not null ? options.PositiveThreshold : 0; // a raw score of ML.NET is positive from 0 on
        if (_named.Count > 0) _classes = _named;
    }

    /// <summary>Gets why the outputs cannot be read; null when they can.</summary>
    public string? Problem => _task switch
    {
        PerformanceMetric.Multiclass when _score is null && _class is null => "The model has no output of classes or scores that is known by name. Name it in ScoreOutput or PredictionOutput.",
        PerformanceMetric.Multiclass when _score is { Width: 1 } => "The model gives one score for several classes. Name the output of all of them in ScoreOutput.",
        _ when _score is null && _class is null => "The model has no output of scores that is known by name. Name it in ScoreOutput.",
        _ => null,
    };

    /// <summary>Gets whether the scores are called probabilities.</summary>
    public bool IsProbability { get; }

    /// <summary>Gets whether there are scores, and not only classes.</summary>
    public bool HasScores => _score is not null;

    /// <summary>Gets the classes in the order of the scores; null while they are not known.</summary>
    public IReadOnlyList<string>? Classes => _classes;

    /// <summary>Learns the classes of several: each is the one that is predicted where its score is the highest.</summary>
    public void LearnClasses(Func<string, IReadOnlyList<string?>> texts, double[][] scores, IEnumerable<string?> truths)
    {
        if (_task != PerformanceMetric.Multiclass || _classes is not null) return;
        if (scores.Length == 0 || _class is null)
        {
            _classes = scores.Length > 0
                ? [.. Enumerable.Range(0, scores.Length).Select(c => c.ToString(CultureInfo.InvariantCulture))]
                : [.. texts(_class!.Name).Concat(truths).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return;
        }

        var found = new Dictionary<int, Dictionary<string, int>>();
        var predicted = texts(_class.Name);
        for (var row = 0; row < predicted.Count; row++)
        {
            if (predicted[row] is not { } text) continue;
            var best = Best(scores, row);
            if (best < 0) continue;
            if (!found.TryGetValue(best, out var counts)) found[best] = counts = new(StringComparer.Ordinal);
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        var names = new string?[scores.Length];
        foreach (var (place, counts) in found) names[place] = counts.MaxBy(c => c.Value).Key;

        // A class that is never predicted is one of those that are true; when only one of either is left over, they belong together.
        var open = Enumerable.Range(0, names.Length).Where(i => names[i] is null).ToList();
        var rest = truths.OfType<string>().Distinct(StringComparer.Ordinal).Where(t => !names.Contains(t)).ToList();
        if (open.Count == 1 && rest.Count == 1) names[open[0]] = rest[0];
        _classes = [.. names.Select((n, i) => n ?? $"class {i}")];
    }

    /// <summary>Reads rows of the log; null when it holds no outputs of the model.</summary>
    public ScoredRows? Read(RecordBatch rows)
    {
        var score = _score is null ? null : Columns(rows, _score);
        var label = _class is null ? null : ColumnReader.Find(rows, PredictionColumns.OutputPrefix + _class.Name);
        if (score is null && label is null) return null;
        if (_task == PerformanceMetric.Multiclass && _classes is null && label is not null)
            LearnClasses(_ => Texts(label, rows.Length), score?.Select(c => Numbers(c, rows.Length)).ToArray() ?? [], ColumnReader.Find(rows, PredictionColumns.Truth) is { } truths ? Texts(truths, rows.Length) : []);
        var result = Read(rows.Length, score?.Select(c => Numbers(c, rows.Length)).ToArray() ?? [], label is null ? null : row => ColumnReader.AnyText(label, row));
        result.Truth = Truth(ColumnReader.Find(rows, PredictionColumns.Truth), rows.Length);
        return result;
    }

    /// <summary>Reads what a model gave, with the labels of the rows.</summary>
    public ScoredRows Read(IReadOnlyList<Tensor> outputs, IArrowArray? labels)
    {
        var score = _score is null ? null : outputs.FirstOrDefault(o => o.Name == _score.Name);
        var label = _class is null ? null : outputs.FirstOrDefault(o => o.Name == _class.Name);
        var rows = (score ?? label)?.Rows ?? 0;
        var numbers = score is null ? [] : Enumerable.Range(0, score.Width).Select(e => Numbers(score, e)).ToArray();
        if (label is not null)
            LearnClasses(_ => [.. Enumerable.Range(0, rows).Select(r => Text(label, r))], numbers, labels is null ? [] : Texts(labels, rows));
        var result = Read(rows, numbers, label is null ? null : row => Text(label, row));
        result.Truth = Truth(labels, rows);
        return result;
    }

    /// <summary>Gives the place of a class; NaN when there is none of the name.</summary>
    public double PlaceOf(string? text)
    {
        if (text is null || _classes is null) return double.NaN;
        for (var i = 0; i < _classes.Count; i++)
        {
            if (_classes[i] == text) return i;
        }

        // A number in another spelling, or the place itself where the classes are no numbers.
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return double.NaN;
        var areNumbers = false;
        for (var i = 0; i < _classes.Count; i++)
        {
            if (!double.TryParse(_classes[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var other)) continue;
            areNumbers = true;
            if (other == number) return i;
        }

        return !areNumbers && number >= 0 && number < _classes.Count && number == Math.Floor(number) ? number : double.NaN;
    }

    private static TensorSpec? Find(IEnumerable<TensorSpec> outputs, string? named, string[] known)
    {
        var all = outputs.ToList();
        return named is not null ? all.Find(o => o.Name == named) : known.Select(name => all.Find(o => o.Name == name)).FirstOrDefault(o => o is not null);
    }

    private static int Best(double[][] scores, int row)
    {
        var best = -1;
        for (var c = 0; c < scores.Length; c++)
        {
            if (double.IsNaN(scores[c][row])) return -1;
            if (best < 0 || scores[c][row] > scores[best][row]) best = c;
        }

        return best;
    }

    private static IArrowArray[]? Columns(RecordBatch rows, TensorSpec spec)
    {
        if (spec.Width == 1) return ColumnReader.Find(rows, PredictionColumns.OutputPrefix + spec.Name) is { } column ? [column] : null;
        var all = Enumerable.Range(0, spec.Width).Select(i => ColumnReader.Find(rows, $"{PredictionColumns.OutputPrefix}{spec.Name}.{i}")).OfType<IArrowArray>().ToArray();
        return all.Length == spec.Width ? all : null;
    }

    private static double[] Numbers(IArrowArray column, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = ColumnReader.Number(column, i);
        return values;
    }

    private static double[] Numbers(Tensor tensor, int element)
    {
        var values = new double[tensor.Rows];
        for (var row = 0; row < values.Length; row++)
        {
            var at = (row * tensor.Width) + element;
            values[row] = tensor switch
            {
                _ when tensor.IsMissing(at) => double.NaN,
                Tensor<float> f => f.Values[at],
                Tensor<double> d => d.Values[at],
                Tensor<long> n => n.Values[at],
                Tensor<bool> b => b.Values[at] ? 1 : 0,
                _ => double.NaN,
            };
        }

        return values;
    }

    private static IReadOnlyList<string?> Texts(IArrowArray column, int count) => [.. Enumerable.Range(0, count).Select(r => ColumnReader.AnyText(column, r))];

    private static string? Text(Tensor tensor, int row) => tensor.GetValue(row) switch
    {
        null => null,
        bool b => b ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString(),
    };

    private static double YesOrNo(string? text) => text switch
    {
        null => double.NaN,
        "1" or "true" or "True" or "TRUE" => 1,
        "0" or "false" or "False" or "FALSE" => 0,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => double.IsNaN(number) ? double.NaN : number > 0 ? 1 : 0,
        _ => double.NaN,
    };

    private double[] Truth(IArrowArray? labels, int count)
    {
        var truth = new double[count];
        for (var i = 0; i < count; i++)
        {
            truth[i] = labels is null ? double.NaN : _task switch
            {
                PerformanceMetric.Binary => labels is StringArray ? YesOrNo(ColumnReader.AnyText(labels, i)) : ColumnReader.Number(labels, i) is var number && double.IsNaN(number) ? double.NaN : number > 0 ? 1 : 0,
                PerformanceMetric.Multiclass => PlaceOf(ColumnReader.AnyText(labels, i)),
                _ => ColumnReader.Number(labels, i) is var value && double.IsFinite(value) ? value : double.NaN,
            };
        }

        return truth;
    }

    private ScoredRows Read(int count, double[][] scores, Func<int, string?>? label)
    {
        var rows = new ScoredRows(count) { Predicted = new double[count] };
        if (_task == PerformanceMetric.Binary) rows.Scores = scores.Length == 0 ? Missing(count) : scores[^1]; // of two scores the second is that of true
        if (_task == PerformanceMetric.Multiclass) rows.ClassScores = scores.Length > 0 ? scores : [.. (_classes ?? []).Select(_ => System.Array.Empty<double>())];
        long missing = 0, infinite = 0, outOfRange = 0;
        for (var i = 0; i < count; i++)
        {
            rows.Predicted[i] = _task switch
            {
                PerformanceMetric.Binary when label is not null => YesOrNo(label(i)),
                PerformanceMetric.Binary => double.IsNaN(rows.Scores[i]) ? double.NaN : rows.Scores[i] >= _threshold ? 1 : 0,
                PerformanceMetric.Multiclass when label is not null => PlaceOf(label(i)),
                PerformanceMetric.Multiclass => Best(scores, i) is var best && best < 0 ? double.NaN : best,
                _ => scores[0][i],
            };
            var (isMissing, isInfinite, isOut) = (scores.Length == 0 && double.IsNaN(rows.Predicted[i]), false, false);
            for (var c = 0; c < scores.Length; c++)
            {
                isMissing |= double.IsNaN(scores[c][i]);
                isInfinite |= double.IsInfinity(scores[c][i]);
                isOut |= IsProbability && scores[c][i] is < 0 or > 1;
            }

            if (isMissing) missing++;
            if (isInfinite) infinite++;
            else if (isOut) outOfRange++;
            if (isMissing || isInfinite) rows.Predicted[i] = double.NaN; // such a row says nothing that could be right
        }

        rows.Unsound = (missing, infinite, outOfRange);
        return rows;
    }

    private static double[] Missing(int count)
    {
        var values = new double[count];
        System.Array.Fill(values, double.NaN);
        return values;
    }
}
