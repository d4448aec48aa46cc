using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Logged predictions that are to be checked: what their features are found by, and the features that they were served.</summary>
internal sealed class LoggedPredictions
{
    private const double MaxDecimal = 7.9e28;
    private readonly ConsistencyQuery _query;
    private readonly IReadOnlyList<Column> _inputs;
    private readonly DatasetSchema _outputs;
    private readonly ArrowColumnBuilder[] _rows;
    private readonly string _timeName;

    public LoggedPredictions(ConsistencyQuery query, FeatureQueryColumns columns)
    {
        _query = query;
        _inputs = [.. columns.Keys, .. columns.Request.Where(r => columns.Keys.All(k => k.Name != r.Name))];
        _outputs = columns.Outputs;
        _timeName = "as_of";
        while (_inputs.Any(c => c.Name == _timeName) || _outputs.Contains(_timeName)) _timeName += "_";
        Schema = new(_inputs.Append(new(_timeName, ColumnType.Timestamp)));
        _rows = [.. Schema.Select(c => new ArrowColumnBuilder(c.Type))];
        Served = [.. _outputs.Select(_ => new List<FeatureValue?>())];
    }

    /// <summary>Gets the columns of the rows: keys, columns of the request, then the time.</summary>
    public DatasetSchema Schema { get; }

    public string TimeColumn => _timeName;

    /// <summary>Gets the features that were served, in the order of the service; null where the log does not have the feature.</summary>
    public IReadOnlyList<List<FeatureValue?>> Served { get; }

    /// <summary>Gets the predictions that did not fail.</summary>
    public long Predictions { get; private set; }

    /// <summary>Gets the predictions that are to be compared.</summary>
    public int Count { get; private set; }

    public void Add(RecordBatch batch)
    {
        var (ids, errors) = ((StringArray)batch.Column(PredictionColumns.Id), (StringArray)batch.Column(PredictionColumns.Error));
        var time = ColumnOf(batch, _query.TimeColumn ?? PredictionColumns.Time) ?? throw Lacking(_query.TimeColumn ?? PredictionColumns.Time);
        var inputs = _inputs.Select(c => ColumnOf(batch, c.Name) ?? throw Lacking(c.Name)).ToArray();
        var outputs = _outputs.Select(c => ColumnOf(batch, c.Name)).ToArray();
        for (var i = 0; i < batch.Length; i++)
        {
            if (!errors.IsNull(i)) continue;
            Predictions++;
            if (Count == _query.Limit || !IsChosen(ids.GetString(i))) continue;
            for (var c = 0; c < inputs.Length; c++) _rows[c].Append(Read(inputs[c], i, _inputs[c]));
            _rows[^1].Append(Read(time, i, Schema[^1]));
            for (var c = 0; c < outputs.Length; c++) Served[c].Add(outputs[c] is { } output ? Read(output, i, _outputs[c]) : (FeatureValue?)null);
            Count++;
        }
    }

    public RecordBatch ToRows() => new(Schema.ToArrow(), _rows.Select(r => r.Build()), Count);

    private bool IsChosen(string id) => _query.Share >= 1
        || BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(id))) < _query.Share * ulong.MaxValue;

    private static IArrowArray? ColumnOf(RecordBatch batch, string name)
    {
        var index = batch.Schema.GetFieldIndex(name, StringComparer.Ordinal);
        return index < 0 ? null : batch.Column(index);
    }

    private static byte[]? BytesOf(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Reads a value as the log keeps it: days and moments of inputs are text there, bytes are text in Base64, and integers of fractions are fractions.</summary>
    private static FeatureValue Read(IArrowArray array, int row, Column column)
    {
        var value = ArrowValues.Read(array, row);
        if (value.IsMissing || value.Type == column.Type) return value;
        return (column.Type, value.Type) switch
        {
            (ColumnType.Float64, ColumnType.Int64) => (double)value.ToInt64(),
            (ColumnType.Int64, ColumnType.Float64) when value.ToDouble() == Math.Truncate(value.ToDouble()) => (long)value.ToDouble(),
            (ColumnType.Timestamp, ColumnType.String) when IsoTime.TryParseMoment((string)value.Object!, out var moment) => FeatureValue.FromBits(ColumnType.Timestamp, moment),
            (ColumnType.Date, ColumnType.String) when IsoTime.TryParseDay((string)value.Object!, out var day) => FeatureValue.FromBits(ColumnType.Date, day),
            (ColumnType.Decimal, ColumnType.Float64) when Math.Abs(value.ToDouble()) < MaxDecimal => (decimal)value.ToDouble(),
            (ColumnType.Binary, ColumnType.String) when BytesOf((string)value.Object!) is { } bytes => bytes,
            _ => throw new DataException($"The prediction log has values of type {value.Type} in column '{column.Name}', and the feature service wants {column.Type}.") { Column = column.Name },
        };
    }

    private DataException Lacking(string name) => new($"The prediction log of '{_query.Model}' has no column '{name}', by which the features of '{_query.Service}' are found. Log it as an input of the model.") { Column = name };
}
