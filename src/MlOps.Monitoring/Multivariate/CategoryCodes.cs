using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Turns categories into numbers. While it learns, each new category gets the next number; afterwards the most frequent ones have the numbers from 0 on, and all others one number together.</summary>
internal sealed class CategoryCodes(ColumnType type)
{
    // So many are told apart; and so many are counted until it is known which they are.
    private const int MaxCodes = 255;
    private const int MaxLearned = 10_000;

    private readonly List<long> _counts = [];
    private Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes = new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private double[] _shares = [];

    /// <summary>The number of a category that is not told apart.</summary>
    public int Other { get; private set; } = MaxLearned;

    /// <summary>Learns a category and gives its number; NaN when it is missing.</summary>
    public double Learn(IArrowArray column, int row)
    {
        Span<char> buffer = stackalloc char[256];
        if (!TryRead(column, row, ref buffer)) return double.NaN;
        if (!_codes.TryGetValue(buffer, out var code))
        {
            if (_counts.Count == MaxLearned) return Other;
            _codes[buffer] = code = _counts.Count;
            _counts.Add(0);
        }

        _counts[code]++;
        return code;
    }

    /// <summary>Gives the number of a category; NaN when it is missing.</summary>
    public double CodeOf(IArrowArray column, int row)
    {
        Span<char> buffer = stackalloc char[256];
        if (!TryRead(column, row, ref buffer)) return double.NaN;
        return _codes.TryGetValue(buffer, out var code) ? code : Other;
    }

    /// <summary>Ends the learning.</summary>
    /// <returns>The final number for each number that was given while learning.</returns>
    public Func<double, double> Settle()
    {
        var order = Enumerable.Range(0, _counts.Count).OrderByDescending(code => _counts[code]).ThenBy(code => code).Take(MaxCodes).ToArray();
        var final = new int[_counts.Count];
        System.Array.Fill(final, order.Length);
        for (var i = 0; i < order.Length; i++) final[order[i]] = i;
        var settled = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, code) in _codes.Dictionary)
        {
            if (final[code] < order.Length) settled[name] = final[code];
        }

        _codes = settled.GetAlternateLookup<ReadOnlySpan<char>>();
        Other = order.Length;
        return code => double.IsNaN(code) ? code : code < final.Length ? final[(int)code] : order.Length;
    }

    /// <summary>Counts how often each category is among some rows.</summary>
    /// <param name="codes">The final numbers of the rows.</param>
    public void CountShares(IReadOnlyCollection<double> codes)
    {
        _shares = new double[Other];
        foreach (var code in codes.Where(c => c < Other)) _shares[(int)code] += 1.0 / codes.Count;
    }

    /// <summary>Gives the share that a category had where shares were counted: of one that is missing, that of the most frequent one; of one that is not told apart, 0.</summary>
    public double ShareOf(double code) => _shares.Length == 0 ? 0 : double.IsNaN(code) ? _shares[0] : code < _shares.Length ? _shares[(int)code] : 0;

    private bool TryRead(IArrowArray column, int row, ref Span<char> buffer)
    {
        // Most text is read without making a string of it.
        if (type == ColumnType.String && column is StringArray texts && texts.GetBytes(row, out var isNull) is var utf8 && !isNull && utf8.Length <= buffer.Length)
        {
            buffer = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
            return true;
        }

        if (ColumnReader.Text(column, type, row) is not { } text) return false;
        buffer = text.ToCharArray();
        return true;
    }
}
