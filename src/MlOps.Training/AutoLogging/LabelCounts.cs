using System.Globalization;

namespace MlOps.Training;

/// <summary>Counts the values of a label: by class as long as they are few, by moments (Welford) when they are numbers.</summary>
internal sealed class LabelCounts
{
    private const int MaxClasses = 50;
    private const int MaxName = 100;
    private readonly SortedDictionary<string, double> _classes = new(StringComparer.Ordinal);
    private bool _isNumber;
    private bool _areTooMany;
    private long _missing, _count;
    private double _mean, _squares, _min = double.PositiveInfinity, _max = double.NegativeInfinity;

    public void AddClass(string? value)
    {
        if (value is null) _missing++;
        else Count(value.Length <= MaxName ? value : value[..MaxName]);
    }

    public void AddNumber(double value)
    {
        _isNumber = true;
        if (double.IsNaN(value))
        {
            _missing++;
            return;
        }

        _count++;
        var distance = value - _mean;
        _mean += distance / _count;
        _squares += distance * (value - _mean);
        (_min, _max) = (Math.Min(_min, value), Math.Max(_max, value));
        Count(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public SortedDictionary<string, double> ToDistribution()
    {
        var found = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (_missing > 0) found["missing"] = _missing;
        if (!_areTooMany)
        {
            foreach (var (name, count) in _classes) found[name] = count;
        }
        else if (_isNumber)
        {
            (found["mean"], found["standard_deviation"], found["min"], found["max"]) = (_mean, Math.Sqrt(_squares / (_count - 1)), _min, _max);
        }
        else
        {
            found["classes_at_least"] = MaxClasses + 1;
        }

        return found;
    }

    private void Count(string value)
    {
        if (_areTooMany) return;
        _classes[value] = _classes.GetValueOrDefault(value) + 1;
        if (_classes.Count <= MaxClasses) return;
        _areTooMany = true;
        _classes.Clear();
    }
}
