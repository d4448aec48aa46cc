namespace MlOps.Onnx;

/// <summary>Finds models that would read files beside themselves. It walks the protocol buffer of the file (onnx.proto3 of ONNX 1.16) and reads nothing of it but the fields on the way to a tensor.</summary>
internal static class ExternalData
{
    private const int MaxDepth = 64;

    // Message by message: which fields lead to which message.
    private static readonly Dictionary<int, Kind> Model = new() { [7] = Kind.Graph, [25] = Kind.Function };
    private static readonly Dictionary<int, Kind> Graph = new() { [1] = Kind.Node, [5] = Kind.Tensor, [15] = Kind.SparseTensor };
    private static readonly Dictionary<int, Kind> Function = new() { [7] = Kind.Node, [11] = Kind.Attribute };
    private static readonly Dictionary<int, Kind> Node = new() { [5] = Kind.Attribute };
    private static readonly Dictionary<int, Kind> Attribute = new() { [5] = Kind.Tensor, [6] = Kind.Graph, [10] = Kind.Tensor, [11] = Kind.Graph, [22] = Kind.SparseTensor, [23] = Kind.SparseTensor };
    private static readonly Dictionary<int, Kind> SparseTensor = new() { [1] = Kind.Tensor, [2] = Kind.Tensor };

    private enum Kind
    {
        Model,
        Graph,
        Function,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
    }

    /// <summary>Says whether a tensor of the model lies in another file.</summary>
    /// <param name="model">The file.</param>
    /// <returns>True when one does.</returns>
    /// <exception cref="InvalidDataException">The bytes are no protocol buffer of a model.</exception>
    public static bool IsUsedBy(ReadOnlySpan<byte> model) => Search(model, Kind.Model, 0);

    private static bool Search(ReadOnlySpan<byte> message, Kind kind, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException("its graphs are nested too deeply");
        var fields = FieldsOf(kind);
        while (!message.IsEmpty)
        {
            var tag = ReadVarint(ref message);
            var field = (int)Math.Min(tag >> 3, int.MaxValue);
            switch (tag & 7)
            {
                case 0:
                    var value = ReadVarint(ref message);
                    if (kind == Kind.Tensor && field == 14 && value == 1) return true; // data_location is EXTERNAL
                    break;
                case 1:
                    Skip(ref message, 8);
                    break;
                case 2:
                    var length = ReadVarint(ref message);
                    if (length > (ulong)message.Length) throw Cut();
                    if (kind == Kind.Tensor && field == 13) return true; // external_data
                    if (fields is not null && fields.TryGetValue(field, out var inner) && Search(message[..(int)length], inner, depth + 1)) return true;
                    Skip(ref message, (int)length);
                    break;
                case 5:
                    Skip(ref message, 4);
                    break;
                default:
                    throw new InvalidDataException("it is no protocol buffer");
            }
        }

        return false;
    }

    private static Dictionary<int, Kind>? FieldsOf(Kind kind) => kind switch
    {
        Kind.Model => Model,
        Kind.Graph => Graph,
        Kind.Function => Function,
        Kind.Node => Node,
        Kind.Attribute => Attribute,
        Kind.SparseTensor => SparseTensor,
        _ => null,
    };

    private static ulong ReadVarint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (message.IsEmpty) throw Cut();
            var next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("it is no protocol buffer");
    }

    private static void Skip(ref ReadOnlySpan<byte> message, int count)
    {
        if (count > message.Length) throw Cut();
        message = message[count..];
    }

    private static InvalidDataException Cut() => new("it ends too early");
}
