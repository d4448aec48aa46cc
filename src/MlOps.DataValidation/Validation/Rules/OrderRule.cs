namespace MlOps.DataValidation;

/// <summary>Values that never fall, or never rise, from one judged row to the next.</summary>
internal sealed class OrderRule(BoundColumn column, bool descending, bool strictly) : RowRule(column.Index)
{
    private bool _started;
    private long _integer;
    private double _number;
    private decimal _decimal;
    private string _text = string.Empty;

    public override bool IsLocal => false;

    public override bool Passes(Row row)
    {
        var order = column.Kind switch
        {
            CellKind.Number => Double(row.Number(0)),
            CellKind.Decimal => Exact(row.Decimal(0)),
            CellKind.Text => Text(row.Text(0)),
            _ => Whole(row.Integer(0)),
        };
        if (!_started) return _started = true;
        if (order is null) return false;
        return strictly ? (descending ? order < 0 : order > 0) : descending ? order <= 0 : order >= 0;
    }

    private int? Whole(long value)
    {
        var order = value.CompareTo(_integer);
        _integer = value;
        return order;
    }

    private int? Double(double value)
    {
        int? order = double.IsNaN(value) || double.IsNaN(_number) ? null : value.CompareTo(_number);
        _number = value;
        return order;
    }

    private int? Exact(decimal value)
    {
        var order = value.CompareTo(_decimal);
        _decimal = value;
        return order;
    }

    private int? Text(ReadOnlySpan<char> value)
    {
        var order = value.SequenceCompareTo(_text);
        if (order != 0 || !_started) _text = value.ToString();
        return order;
    }
}
