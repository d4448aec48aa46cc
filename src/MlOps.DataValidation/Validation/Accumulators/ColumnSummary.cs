using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.DataValidation;

/// <summary>Count, sum, mean, spread, least and most of the values of a numeric column, or of the lengths of a text column.</summary>
/// <remarks>Sums of integers and decimals are exact. Blocks are put together as Chan, Golub and LeVeque (1979) do. A NaN makes every number of the column NaN.</remarks>
internal sealed class ColumnSummary(BoundColumn column) : Accumulator
{
    private double[] _scratch = [];
    private double _mean;
    private double _squares;
    private double _sum;
    private double _lost;
    private Int128 _whole;
    private decimal _exact;
    private bool _overflown;

    public long Count { get; private set; }

    public double Mean => Count == 0 ? double.NaN : column.Kind.IsIntegral() ? (double)_whole / Count : _mean;

    public double SampleDeviation => Count < 2 ? double.NaN : Math.Sqrt(Math.Max(0, _squares) / (Count - 1));

    public double PopulationDeviation => Count == 0 ? double.NaN : Math.Sqrt(Math.Max(0, _squares) / Count);

    public double Least { get; private set; } = double.PositiveInfinity;

    public double Most { get; private set; } = double.NegativeInfinity;

    public long LeastInteger { get; private set; } = long.MaxValue;

    public long MostInteger { get; private set; } = long.MinValue;

    public Scalar Sum => column.Kind switch
    {
        CellKind.Decimal when !_overflown => _exact,
        CellKind.Decimal or CellKind.Number => _sum + _lost,
        _ => _whole >= long.MinValue && _whole <= long.MaxValue ? (long)_whole : (double)_whole,
    };

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        var source = block.Columns[column.Index];
        if (_scratch.Length < block.Length) _scratch = new double[block.Length];
        var count = 0;
        switch (column.Kind)
        {
            case CellKind.Number:
                var numbers = source.Numbers;
                if (Bits.Count(judged) == block.Length)
                {
                    Merge(numbers);
                    return;
                }

                foreach (var row in new RowsOf(judged)) _scratch[count++] = numbers[row];
                break;
            case CellKind.Decimal:
                var decimals = source.Decimals;
                foreach (var row in new RowsOf(judged))
                {
                    AddExact(decimals[row]);
                    _scratch[count++] = (double)decimals[row];
                }

                break;
            case CellKind.Text:
                foreach (var row in new RowsOf(judged)) count = AddWhole(LengthRule.Count(source.Text(row)), count);
                break;
            default:
                if (!column.Kind.IsIntegral()) break;
                var integers = source.Integers;
                foreach (var row in new RowsOf(judged)) count = AddWhole(integers[row], count);
                break;
        }

        Merge(_scratch.AsSpan(0, count));
    }

    private int AddWhole(long value, int count)
    {
        _whole += value;
        if (value < LeastInteger) LeastInteger = value;
        if (value > MostInteger) MostInteger = value;
        _scratch[count] = value;
        return count + 1;
    }

    private void AddExact(decimal value)
    {
        if (_overflown) return;
        try
        {
            _exact += value;
        }
        catch (OverflowException)
        {
            _overflown = true;
        }
    }

    private void Merge(ReadOnlySpan<double> values)
    {
        if (values.Length == 0) return;
        var (sum, least, most) = Extent(values);
        var mean = sum / values.Length;
        var squares = Squares(values, mean);
        var total = Count + values.Length;
        var distance = mean - _mean;
        _squares += squares + (distance * distance * Count / total * values.Length);
        _mean += distance * values.Length / total;
        Count = total;
        Least = Math.Min(Least, least);
        Most = Math.Max(Most, most);

        // Neumaier's compensated sum.
        var next = _sum + sum;
        if (double.IsFinite(next)) _lost += Math.Abs(_sum) >= Math.Abs(sum) ? _sum - next + sum : sum - next + _sum;
        _sum = next;
    }

    private static (double Sum, double Least, double Most) Extent(ReadOnlySpan<double> values)
    {
        var (sums, leasts, mosts) = (Vector512<double>.Zero, Vector512.Create(double.PositiveInfinity), Vector512.Create(double.NegativeInfinity));
        var vectors = MemoryMarshal.Cast<double, Vector512<double>>(values);
        foreach (var vector in vectors)
        {
            sums += vector;
            leasts = Vector512.Min(leasts, vector);
            mosts = Vector512.Max(mosts, vector);
        }

        var (sum, least, most) = (Vector512.Sum(sums), double.PositiveInfinity, double.NegativeInfinity);
        for (var lane = 0; lane < Vector512<double>.Count; lane++) (least, most) = (Math.Min(least, leasts[lane]), Math.Max(most, mosts[lane]));
        foreach (var value in values[(vectors.Length * Vector512<double>.Count)..])
        {
            sum += value;
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        return (sum, least, most);
    }

    private static double Squares(ReadOnlySpan<double> values, double mean)
    {
        var (sums, center) = (Vector512<double>.Zero, Vector512.Create(mean));
        var vectors = MemoryMarshal.Cast<double, Vector512<double>>(values);
        foreach (var vector in vectors)
        {
            var distance = vector - center;
            sums += distance * distance;
        }

        var sum = Vector512.Sum(sums);
        foreach (var value in values[(vectors.Length * Vector512<double>.Count)..]) sum += (value - mean) * (value - mean);
        return sum;
    }
}
