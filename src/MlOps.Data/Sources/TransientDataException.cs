using MlOps.Core;

namespace MlOps.Data;

/// <summary>Data could not be read now; the same call may succeed later, so a stage tries again.</summary>
internal sealed class TransientDataException(string message, Exception? innerException = null) : DataException(message, innerException)
{
    public override bool IsTransient => true;
}
