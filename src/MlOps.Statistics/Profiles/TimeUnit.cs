namespace MlOps.Statistics;

/// <summary>The unit of whole numbers that stand for points or spans of time.</summary>
public enum TimeUnit
{
    /// <summary>Seconds.</summary>
    Second,

    /// <summary>Thousandths of a second.</summary>
    Millisecond,

    /// <summary>Millionths of a second.</summary>
    Microsecond,

    /// <summary>Ticks of .NET, 100 ns.</summary>
    Tick,

    /// <summary>Thousand-millionths of a second. They are rounded down to ticks of 100 ns.</summary>
    Nanosecond,

    /// <summary>Days.</summary>
    Day,
}
