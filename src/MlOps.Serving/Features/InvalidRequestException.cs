namespace MlOps.Serving;

/// <summary>A request is not what was expected: it is answered with 422, the place and a text.</summary>
internal sealed class InvalidRequestException : Exception
{
    public InvalidRequestException(string message, params object[] place)
        : base(message) => Place = place;

    /// <summary>Gets where in the body, as names of members and positions in arrays.</summary>
    public IReadOnlyList<object> Place { get; }
}
