namespace MlOps.Mlflow;

/// <summary>How the body of a request is read.</summary>
internal enum BodyKind
{
    Json,
    Bytes,
}

/// <summary>One endpoint of the API.</summary>
/// <param name="Methods">The HTTP methods, divided by commas.</param>
/// <param name="Path">The path, without the prefix.</param>
/// <param name="Access">What it lets a caller do.</param>
/// <param name="Handler">What answers.</param>
/// <param name="Body">How a body is read.</param>
internal sealed record ApiRoute(string Methods, string Path, Access Access, Func<Call, Task> Handler, BodyKind Body = BodyKind.Json);
