using MlOps.Core;

namespace MlOps.FeatureStore;

internal static class MaterializedViewSum
{
    /// <summary>Adds up what two works on one view have brought.</summary>
    public static MaterializedView Plus(this MaterializedView first, MaterializedView next) => first with
    {
        From = next.From < first.From ? next.From : first.From,
        To = next.To > first.To ? next.To : first.To,
        Read = first.Read + next.Read,
        Written = first.Written + next.Written,
        Superseded = first.Superseded + next.Superseded,
        Rejected = first.Rejected + next.Rejected,
        Expired = first.Expired + next.Expired,
        Future = first.Future + next.Future,
        Flagged = first.Flagged + next.Flagged,
        RejectedRows = next.RejectedRows ?? first.RejectedRows,
    };
}
