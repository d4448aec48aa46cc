using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MlOps.Mlflow;

/// <summary>The JSON body of a request in a rented buffer.</summary>
internal readonly struct RequestBody : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private readonly byte[] _buffer;
    private readonly int _length;

    private RequestBody(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <exception cref="WireException">The body is longer than allowed.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, int limit)
    {
        var claimed = context.Request.ContentLength;
        if (claimed > limit) throw TooLarge(limit);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = limit + 1L;

        // The length is only a claim: the buffer grows with what really comes.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(claimed + 1 ?? FirstBytes, FirstBytes));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted).ConfigureAwait(false);
                if (read == 0) return new(buffer, length);
                length += read;
                if (length > limit) throw TooLarge(limit);
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length * 2L, Math.Max(limit + 1L, length + 1L)));
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static WireException TooLarge(int limit) =>
        new(ErrorCodes.InvalidParameterValue, $"The body is longer than {limit} bytes. Send it in several requests.", StatusCodes.Status413PayloadTooLarge);
}
