namespace MlOps.Core;

/// <summary>Data could not be read or is not what was declared.</summary>
public class DataException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public DataException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets the file, query or dataset that the data came from, without secrets.</summary>
    /// <value>Null when unknown.</value>
    public string? DataSource { get; init; }

    /// <summary>Gets the row, counted from 1 without the header.</summary>
    /// <value>Null when the error is not about one row.</value>
    public long? Row { get; init; }

    /// <summary>Gets the column.</summary>
    /// <value>Null when the error is not about one column.</value>
    public string? Column { get; init; }
}

/// <summary>A dataset is larger than the limit that was set for it; nothing was written.</summary>
public sealed class DataTooLargeException : DataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    public DataTooLargeException(string message)
        : base(message)
    {
    }
}

/// <summary>A locked holdout was opened outside the acceptance stage.</summary>
public sealed class HoldoutLockedException : DataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="dataset">The name of the locked dataset.</param>
    public HoldoutLockedException(string dataset)
        : base($"Dataset '{dataset}' is a locked holdout. Only a stage that implements {nameof(IAcceptanceStage)} may open it, "
            + $"through {nameof(StageContext)}.{nameof(StageContext.OpenHoldout)}; use the validation split for anything before acceptance.") =>
        DataSource = dataset;
}
