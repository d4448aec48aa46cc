namespace MlOps.Core;

/// <summary>Predicts in process with the version that an alias points to; when the alias moves, so does the predictor. Thread-safe.</summary>
/// <typeparam name="TInput">A class whose public properties are named as the input columns.</typeparam>
/// <typeparam name="TOutput">A class whose public properties are named as the outputs.</typeparam>
public interface IPredictor<in TInput, TOutput>
    where TInput : class
    where TOutput : class, new()
{
    /// <summary>Predicts one row and logs the prediction.</summary>
    /// <param name="input">The row.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The prediction and what identifies it.</returns>
    /// <exception cref="ModelInputException">The input does not fit the model.</exception>
    /// <exception cref="NotFoundException">The alias points to no version.</exception>
    ValueTask<Prediction<TOutput>> PredictAsync(TInput input, CancellationToken cancellationToken = default);
}

/// <summary>A prediction and what identifies it.</summary>
/// <typeparam name="T">The type of the output.</typeparam>
/// <param name="Id">The identifier, with which the true value can be reported later.</param>
/// <param name="Output">What was predicted.</param>
/// <param name="Version">The version that predicted it.</param>
public readonly record struct Prediction<T>(string Id, T Output, int Version);
