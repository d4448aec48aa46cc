using Microsoft.ML.OnnxRuntime;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Onnx;

/// <summary>Works out what an ONNX file takes and gives.</summary>
internal sealed class OnnxFormat : IModelFormat
{
    public string Platform => OnnxModelRuntime.PlatformName;

    // A ModelProto begins with its ir_version: field 1, a small number.
    public bool Recognizes(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 0x08 && file[1] is > 0 and < 0x40;

    public BundleContent Describe(byte[] file, ModelImport import)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(import);
        try
        {
            using var session = OnnxSessions.Open(file, threads: 1);
            var (columns, layout) = InputsOf(session, import);
            var outputs = OutputsOf(session, columns, layout, import);
            var parts = new Dictionary<string, byte[]> { [BundleFile.ModelPart] = file, [OnnxLayout.Part] = OnnxLayout.ToBytes(layout) };
            return new(import.ToManifest(Platform, columns, outputs), parts);
        }
        catch (InvalidDataException e)
        {
            throw import.Wrong($"cannot be imported: {e.Message}.", e);
        }
    }

    private static (DatasetSchema Columns, List<OnnxLayout> Layout) InputsOf(InferenceSession session, ModelImport import)
    {
        var (columns, layout) = (new List<Column>(), new List<OnnxLayout>());
        foreach (var name in session.InputNames)
        {
            var metadata = session.InputMetadata[name];
            var type = OnnxInput.TypeOf(metadata) ?? throw new InvalidDataException($"its input '{name}' is no tensor of numbers, truth values or texts with a dimension for rows");
            var width = OnnxInput.WidthOf(metadata);
            var names = width == 1 && !import.Columns.ContainsKey(name) ? [name] : import.ColumnsOf(name, width);
            columns.AddRange(names.Select(column => new Column(column, type)));
            layout.Add(new(name, names));
        }

        if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new InvalidDataException($"it would take two columns '{twice.Key}'; give the elements of its inputs other names");
        return (new(columns), layout);
    }

    private static List<TensorSpec> OutputsOf(InferenceSession session, DatasetSchema columns, List<OnnxLayout> layout, ModelImport import)
    {
        if (import.Outputs.FirstOrDefault(name => !session.OutputMetadata.ContainsKey(name)) is { } unknown)
            throw new InvalidDataException($"it has no output '{unknown}'; it gives {string.Join(", ", session.OutputNames)}");
        var candidates = session.OutputNames.Where(name => import.Outputs.Count == 0 || import.Outputs.Contains(name)).ToList();
        var known = candidates.Where(name => OnnxOutput.TypeOf(session.OutputMetadata[name]) is not null).ToList();
        if (import.Outputs.Count > 0 && candidates.Except(known).FirstOrDefault() is { } odd) throw Odd(odd);
        if (known.Count == 0) throw candidates.Count > 0 ? Odd(candidates[0]) : new InvalidDataException("it has no output");
        var widths = known.Exists(name => StatedWidth(session.OutputMetadata[name]) is null) ? Probe(session, columns, layout, known) : null;
        var specs = known.Select(name => new TensorSpec(name, OnnxOutput.TypeOf(session.OutputMetadata[name])!.Value, StatedWidth(session.OutputMetadata[name]) ?? widths![name])).ToList();
        if (specs.Find(s => s is { Width: > 1, Type: TensorType.Bool or TensorType.Int64 }) is { } wide)
        {
            if (import.Outputs.Count > 0 || specs.Count == 1) throw new InvalidDataException($"its output '{wide.Name}' has {wide.Width} elements a row, which only fractions and texts may have");
            specs.RemoveAll(s => s is { Width: > 1, Type: TensorType.Bool or TensorType.Int64 });
        }

        return specs;

        static InvalidDataException Odd(string name) => new($"its output '{name}' is no tensor of numbers, truth values or texts; convert a scikit-learn model with the option zipmap off");
    }

    private static int? StatedWidth(NodeMetadata metadata) =>
        metadata.Dimensions.Length == 0 || metadata.Dimensions.Skip(1).Any(d => d < 1) ? null : metadata.Dimensions.Skip(1).Aggregate(1, (a, b) => checked(a * b));

    // What the file does not say, one row of zeros shows.
    private static Dictionary<string, int> Probe(InferenceSession session, DatasetSchema columns, List<OnnxLayout> layout, List<string> outputs)
    {
        Tensor?[] zeros = [.. columns.Select(column => column.Type switch
        {
            ColumnType.Boolean => (Tensor)Tensor.Of(column.Name, [false]),
            ColumnType.Int64 => Tensor.Of(column.Name, [0L]),
            ColumnType.String => Tensor.Of(column.Name, (string?[])[""]),
            _ => Tensor.Of(column.Name, [0.0]),
        })];
        var values = layout.ConvertAll(input => new OnnxInput(input.Name, session.InputMetadata[input.Name], [.. input.Columns.Select(columns.IndexOf)]).Gather(zeros, 0, 1));
        try
        {
            using var options = new RunOptions();
            using var given = session.Run(options, layout.ConvertAll(input => input.Name), values, outputs);
            return outputs.Zip(given).ToDictionary(o => o.First, o => checked((int)o.Second.GetTensorTypeAndShape().ElementCount));
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"it does not say how wide its outputs are, and does not predict a row of zeros to show it: {e.Message}", e);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }
}
