using Microsoft.AspNetCore.Http;

namespace MlOps.Mlflow;

internal static class RootHandlers
{
    /// <summary>The version of MLflow whose answers are given.</summary>
    public const string Version = "2.17.2";

    public static Task TextAsync(Call call, string text)
    {
        call.Context.Response.ContentType = "text/plain; charset=utf-8";
        call.Context.Response.Headers.XContentTypeOptions = "nosniff";
        return call.Context.Response.WriteAsync(text, call.Aborted);
    }
}
