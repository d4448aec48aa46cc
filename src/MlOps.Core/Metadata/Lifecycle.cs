namespace MlOps.Core;

/// <summary>Which records a search looks at: those in use, those that are deleted and can be restored, or both.</summary>
public enum LifecycleView
{
    /// <summary>What is not deleted.</summary>
    Active,

    /// <summary>What is deleted and not purged yet.</summary>
    Deleted,

    /// <summary>Both.</summary>
    All,
}
