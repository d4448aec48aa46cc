namespace MlOps.DataValidation;

/// <summary>Why an expectation cannot be checked on the data. It becomes the error of that expectation's result and never leaves the room.</summary>
internal sealed class CheckException(string message) : Exception(message);
