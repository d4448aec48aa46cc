namespace MlOps.Core;

/// <summary>What a stage makes that may refuse a model: whoever started the run is told why.</summary>
public interface IRefusals
{
    /// <summary>Gets why the model was refused, a sentence each; none when it was not.</summary>
    IReadOnlyList<string> Refusals { get; }
}
