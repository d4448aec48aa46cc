using System.Runtime.CompilerServices;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Writes a request as a record: what its rows share first, then its tensors one after the other.</summary>
internal static class RequestRecord
{
    /// <summary>The values of a tensor are followed by nothing: none is missing, and it has as many rows as the request.</summary>
    public const byte Plain = 0;

    /// <summary>The tensor tells its own number of rows, and for each value whether it is missing, before its values.</summary>
    public const byte Flagged = 1;

    /// <summary>No subject, one for the request, one for each row.</summary>
    public const byte NoSubject = 0, OneSubject = 1, RowSubjects = 2;

    /// <summary>How many rows a request takes in the log. One that failed before it had inputs takes one.</summary>
    public static int RowsOf(PredictionEntry entry)
    {
        if (entry.Inputs.Count == 0 && entry.Outputs.Count == 0) return 1;
        var rows = 0;
        for (var i = 0; i < entry.Inputs.Count; i++) rows = Math.Max(rows, entry.Inputs[i].Rows);
        for (var i = 0; i < entry.Outputs.Count; i++) rows = Math.Max(rows, entry.Outputs[i].Rows);
        return rows;
    }

    public static void Write(RecordBuffer buffer, RequestShape shape, PredictionEntry entry, int rows, string? trace)
    {
        buffer.Byte(entry.RowNumbers is null ? Record.Request : Record.Part);
        buffer.Int32(shape.Number);
        buffer.Int32(rows);
        buffer.Int64((entry.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        for (var row = 0; row < rows && entry.RowNumbers is not null; row++) buffer.Int64(entry.RowNumbers[row]);
        buffer.Int64(entry.Latency.Ticks);
        buffer.Text(entry.Id);
        buffer.Text(entry.Error);
        buffer.Text(trace);
        WriteSubject(buffer, shape, entry, rows);
        foreach (var chosen in shape.Inputs) Write(buffer, entry.Inputs[chosen.Index], chosen.Hash, rows);
        foreach (var chosen in shape.Outputs) Write(buffer, entry.Outputs[chosen.Index], chosen.Hash, rows);
    }

    private static void WriteSubject(RecordBuffer buffer, RequestShape shape, PredictionEntry entry, int rows)
    {
        if (entry.Subject is { } subject)
        {
            buffer.Byte(OneSubject);
            buffer.Text(shape.SubjectHash is { } hash ? hash.Of(subject) : subject);
            return;
        }

        if (shape.SubjectInput < 0)
        {
            buffer.Byte(NoSubject);
            return;
        }

        var tensor = entry.Inputs[shape.SubjectInput];
        buffer.Byte(RowSubjects);
        for (var row = 0; row < rows; row++) buffer.Text(row < tensor.Rows ? SubjectOf(tensor, row, shape.SubjectHash) : null);
    }

    private static string? SubjectOf(Tensor tensor, int row, ValueHash? hash)
    {
        var subject = tensor is Tensor<string?> texts ? texts.Values[row] : tensor.GetValue(row) is IFormattable number ? number.ToString(null, System.Globalization.CultureInfo.InvariantCulture) : null;
        return subject is null || hash is null ? subject : hash.Of(subject);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(RecordBuffer buffer, Tensor tensor, ValueHash? hash, int rows)
    {
        // Most requests have one row.
        if (hash is null && rows == 1 && tensor.Type == TensorType.Float32 && tensor.Width == 1 && tensor.Rows == 1)
        {
            var value = Unsafe.As<Tensor<float>>(tensor).Values[0];
            var room = buffer.Add(5);
            room[0] = Plain;
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(room[1..], value);
            return;
        }

        WriteAny(buffer, tensor, hash, rows);
    }

    private static void WriteAny(RecordBuffer buffer, Tensor tensor, ValueHash? hash, int rows)
    {
        var count = tensor.Rows * tensor.Width;
        if (hash is null && tensor is Tensor<bool> { Missing: not null } or Tensor<long> { Missing: not null } || tensor.Rows != rows)
        {
            buffer.Byte(Flagged);
            buffer.Int32(tensor.Rows);
            for (var i = 0; i < count; i++) buffer.Byte(tensor.IsMissing(i) ? (byte)1 : (byte)0);
        }
        else
        {
            buffer.Byte(Plain);
        }

        if (hash is not null)
        {
            for (var i = 0; i < count; i++) buffer.Text(hash.Of(tensor, i));
            return;
        }

        switch (tensor)
        {
            case Tensor<float> singles: buffer.Values<float>(singles.Values); break; // NaN says itself that it is missing
            case Tensor<double> doubles: buffer.Values<double>(doubles.Values); break;
            case Tensor<long> integers: buffer.Values<long>(integers.Values); break;
            case Tensor<bool> flags: buffer.Values<bool>(flags.Values); break;
            case Tensor<string?> texts:
                foreach (var text in texts.Values) buffer.Text(text);
                break;
        }
    }
}
