namespace MlOps.Pipelines;

internal static class Disposal
{
    public static async ValueTask DisposeAsync(object? value)
    {
        if (value is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
        else (value as IDisposable)?.Dispose();
    }
}
