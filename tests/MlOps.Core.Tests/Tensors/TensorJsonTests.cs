using System.Text;
using System.Text.Json;

namespace MlOps.Core.Tests;

public sealed class TensorJsonTests
{
    private static Tensor Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        var tensor = TensorJson.Read(ref reader);
        reader.TokenType.Should().Be(JsonTokenType.EndObject);
        return tensor;
    }

    private static string Write(Tensor tensor)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory)) TensorJson.Write(writer, tensor);
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    public static TheoryData<string, Tensor> Forms() => new()
    {
        { """{"name":"x","datatype":"FP64","shape":[3,1],"data":[1.5,null,-3E2]}""", Tensor.Of("x", [1.5, double.NaN, -300]) },
        { """{"data":[[1],[2]],"shape":[2,1],"datatype":"FP32","name":"x"}""", Tensor.Of("x", [1f, 2f]) },
        { """{"name":"x","datatype":"FP16","shape":[2,2],"data":[[1,2],[3,null]]}""", Tensor.Of("x", [1f, 2, 3, float.NaN], width: 2) },
        { """{"name":"x","datatype":"INT64","shape":[2],"data":[9223372036854775807,-9223372036854775808]}""", Tensor.Of("x", [long.MaxValue, long.MinValue]) },
        { """{"name":"x","datatype":"UINT8","shape":[3,1],"data":[0,255,null]}""", Tensor.Of("x", [0L, 255, 0], [false, false, true]) },
        { """{"name":"x","datatype":"BOOL","shape":[4,1],"data":[true,false,1,0]}""", Tensor.Of("x", [true, false, true, false]) },
        { """{"name":"x","datatype":"BYTES","shape":[3,1],"data":["","\u00e9\ud83d\ude00",null]}""", Tensor.Of("x", ["", "é😀", null]) },
        { """{"name":"x","datatype":"FP64","shape":[],"data":[7]}""", Tensor.Of("x", [7.0]) },
        { """{"name":"x","datatype":"FP64","shape":[0,1],"data":[]}""", Tensor.Of("x", Array.Empty<double>()) },
        { """{"name":"x","datatype":"FP64","shape":[1,1],"parameters":{"deep":[{"a":[]}]},"extra":null,"data":[1]}""", Tensor.Of("x", [1.0]) },
        { """{"name":"x","datatype":"FP64","shape":[1,2,3],"data":[[[1,2,3],[4,5,6]]]}""", Tensor.Of("x", [1.0, 2, 3, 4, 5, 6], width: 6) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Tensors_are_read_in_every_form_that_the_protocol_allows(string json, Tensor expected)
    {
        var tensor = Read(json);
        (tensor.Name, tensor.Type, tensor.Rows, tensor.Width).Should().Be((expected.Name, expected.Type, expected.Rows, expected.Width));
        Values(tensor).Should().Equal(Values(expected));
    }

    [Theory]
    [InlineData("""[1]""", "A tensor must be a JSON object*")]
    [InlineData("""{}""", "*no name*")]
    [InlineData("""{"name":"","datatype":"FP64","shape":[1],"data":[1]}""", "*no name*")]
    [InlineData("""{"name":7,"datatype":"FP64","shape":[1],"data":[1]}""", "*name*must be a text*")]
    [InlineData("""{"name":"\ud800","datatype":"FP64","shape":[1],"data":[1]}""", "*name*must be a text*")]
    [InlineData("""{"name":"x","shape":[1],"data":[1]}""", "*'x' has no datatype*")]
    [InlineData("""{"name":"x","datatype":"FP65","shape":[1],"data":[1]}""", "*'x' is 'FP65'*")]
    [InlineData("""{"name":"x","datatype":5,"shape":[1],"data":[1]}""", "*'x' is no text*")]
    [InlineData("""{"name":"x","datatype":"FP64","data":[1]}""", "*'x' has no shape*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":1,"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[-1],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1.5],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":["1"],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1,0],"data":[]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[2147483648,2147483648],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[2147483647,2147483647],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[65536,65536,65536,65536],"data":[1]}""", "The shape*'x'*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[2000000000],"data":[1]}""", "*'x' has fewer elements than the 2000000000*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1]}""", "*'x' has no data*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1],"data":1}""", "*'x' must be an array*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[2],"data":[1]}""", "*fewer elements than the 2*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1],"data":[1,2]}""", "*more elements than the 1*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[0],"data":[1]}""", "*more elements than the 0*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[2],"data":[1,"2"]}""", "Element 1 of tensor 'x'*FP64*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1],"data":[1e999]}""", "Element 0 of tensor 'x'*FP64*")]
    [InlineData("""{"name":"x","datatype":"FP32","shape":[1],"data":[1e39]}""", "Element 0 of tensor 'x'*FP32*")]
    [InlineData("""{"name":"x","datatype":"FP16","shape":[1],"data":[70000]}""", "Element 0 of tensor 'x'*FP16*")]
    [InlineData("""{"name":"x","datatype":"FP64","shape":[1],"data":[{}]}""", "Element 0 of tensor 'x'*FP64*")]
    [InlineData("""{"name":"x","datatype":"INT64","shape":[1],"data":[1.5]}""", "Element 0 of tensor 'x'*INT64*")]
    [InlineData("""{"name":"x","datatype":"INT64","shape":[1],"data":[9223372036854775808]}""", "Element 0 of tensor 'x'*INT64*")]
    [InlineData("""{"name":"x","datatype":"UINT8","shape":[1],"data":[256]}""", "Element 0 of tensor 'x'*UINT8*")]
    [InlineData("""{"name":"x","datatype":"UINT32","shape":[1],"data":[-1]}""", "Element 0 of tensor 'x'*UINT32*")]
    [InlineData("""{"name":"x","datatype":"INT8","shape":[1],"data":[-129]}""", "Element 0 of tensor 'x'*INT8*")]
    [InlineData("""{"name":"x","datatype":"BOOL","shape":[1],"data":[2]}""", "Element 0 of tensor 'x'*BOOL*")]
    [InlineData("""{"name":"x","datatype":"BYTES","shape":[1],"data":[1]}""", "Element 0 of tensor 'x'*BYTES*")]
    [InlineData("""{"name":"x","datatype":"BYTES","shape":[1],"data":["\udc00"]}""", "Element 0 of tensor 'x'*BYTES*")]
    [InlineData("""{"name":"x","datatype":"\udc00","shape":[1],"data":[1]}""", "*surrogate*")]
    [InlineData("""{"name":"x","\ud800":1,"datatype":"FP64","shape":[1],"data":[1]}""", "*surrogate*")]
    public void What_is_no_tensor_is_refused_by_its_name(string json, string message)
    {
        var read = () => Read(json);
        read.Should().Throw<ModelInputException>().WithMessage(message);
    }

    [Fact]
    public void Text_that_is_no_json_is_a_json_error()
    {
        foreach (var json in (string[])["""{"name":"x",""", """{"name":"x","data":[1""", """{"name":"x"]""", """{"name":"x","datatype":"FP64","shape":[1],"data":[NaN]}"""])
        {
            var read = () => Read(json);
            read.Should().Throw<JsonException>(json);
        }
    }

    [Fact]
    public void What_is_written_is_read_back_exactly()
    {
        Tensor[] tensors =
        [
            Tensor.Of("a", [0.1, -0.0, double.Epsilon, double.MaxValue, double.NaN]), Tensor.Of("b", [0.1f, float.Epsilon, float.MaxValue, float.NaN], width: 2),
            Tensor.Of("c", [long.MinValue, 0, long.MaxValue], [false, true, false]), Tensor.Of("d", [true, false, false], [false, false, true]),
            Tensor.Of("quote\"\\ü", ["", "a\"b\\c\n\u0001", "é😀", null]),
        ];
        foreach (var tensor in tensors)
        {
            var copy = Read(Write(tensor));
            (copy.Name, copy.Type, copy.Rows, copy.Width).Should().Be((tensor.Name, tensor.Type, tensor.Rows, tensor.Width));
            Values(copy).Should().Equal(Values(tensor));
        }
    }

    [Fact]
    public void Infinities_are_written_as_null_for_json_has_none() =>
        Write(Tensor.Of("x", [double.PositiveInfinity, float.NegativeInfinity, 1])).Should().Be("""{"name":"x","datatype":"FP64","shape":[3,1],"data":[null,null,1]}""");

    private static object?[] Values(Tensor tensor) => [.. Enumerable.Range(0, tensor.Rows * tensor.Width).Select(tensor.GetValue)];
}
