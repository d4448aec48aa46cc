using System.Globalization;
using System.Text;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What all rows of some requests have in common: model, version, caller, variant, schema, and the columns in which they are logged.</summary>
internal sealed class LoggedColumns
{
    public LoggedColumns(string model, int version, string caller, string? variant, string? schemaHash, TensorSpec[] inputs, TensorSpec[] outputs)
    {
        (Model, Version, Caller, Variant, SchemaHash, Inputs, Outputs) = (model, version, caller, variant, schemaHash, inputs, outputs);
        Key = KeyOf(inputs, outputs);
    }

    public string Model { get; }

    public int Version { get; }

    public string Caller { get; }

    public string? Variant { get; }

    public string? SchemaHash { get; }

    public TensorSpec[] Inputs { get; }

    public TensorSpec[] Outputs { get; }

    /// <summary>Gets what is equal for those that go into one file.</summary>
    public string Key { get; }

    /// <summary>Writes the record that tells what the records of a number have in common.</summary>
    public byte[] ToRecord(int number)
    {
        var buffer = RecordBuffer.Take();
        buffer.Byte(Record.Columns);
        buffer.Int32(number);
        buffer.Text(Model);
        buffer.Int32(Version);
        buffer.Text(Caller);
        buffer.Text(Variant);
        buffer.Text(SchemaHash);
        Write(buffer, Inputs);
        Write(buffer, Outputs);
        return buffer.Bytes.ToArray();
    }

    /// <summary>Reads such a record, behind its kind and number.</summary>
    public static LoggedColumns Read(ref RecordReader reader) =>
        new(reader.Text()!, reader.Int32(), reader.Text()!, reader.Text(), reader.Text(), ReadTensors(ref reader), ReadTensors(ref reader));

    private static void Write(RecordBuffer buffer, TensorSpec[] tensors)
    {
        buffer.Int32(tensors.Length);
        foreach (var tensor in tensors)
        {
            buffer.Text(tensor.Name);
            buffer.Byte((byte)tensor.Type);
            buffer.Int32(tensor.Width);
        }
    }

    private static TensorSpec[] ReadTensors(ref RecordReader reader)
    {
        var tensors = new TensorSpec[reader.Int32()];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new(reader.Text()!, (TensorType)reader.Byte(), reader.Int32());
        return tensors;
    }

    private static string KeyOf(TensorSpec[] inputs, TensorSpec[] outputs)
    {
        var key = new StringBuilder();
        foreach (var tensor in inputs) key.Append(CultureInfo.InvariantCulture, $"{tensor.Name.Length}:{tensor.Name}{(int)tensor.Type}x{tensor.Width}");
        key.Append('>');
        foreach (var tensor in outputs) key.Append(CultureInfo.InvariantCulture, $"{tensor.Name.Length}:{tensor.Name}{(int)tensor.Type}x{tensor.Width}");
        return key.ToString();
    }
}

/// <summary>The kinds of records of a segment.</summary>
internal static class Record
{
    /// <summary>Tells what the records of a number have in common.</summary>
    public const byte Columns = 1;

    /// <summary>Holds a request.</summary>
    public const byte Request = 2;

    /// <summary>Holds a request that is a part of something larger: the numbers of its rows stand behind its time.</summary>
    public const byte Part = 3;
}
