namespace MlOps.DataValidation;

/// <summary>How far a column is in its life. Only columns in beta and in production are validated.</summary>
public enum LifecycleStage
{
    /// <summary>In use.</summary>
    Production,

    /// <summary>In use on trial.</summary>
    Beta,

    /// <summary>Planned; not validated.</summary>
    Planned,

    /// <summary>Experimental; not validated.</summary>
    Alpha,

    /// <summary>Only there for finding errors; not validated.</summary>
    Debug,

    /// <summary>No longer used; not validated.</summary>
    Deprecated,
}
