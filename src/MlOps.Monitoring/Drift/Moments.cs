using System.Runtime.InteropServices;

namespace MlOps.Monitoring;

/// <summary>Count, mean and variance of numbers, in one pass (Welford, Technometrics 4, 1962). NaN is passed over.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Moments(long Count, double Mean, double Squares)
{
    public double Variance => Count > 1 ? Squares / (Count - 1) : 0;

    public Moments Add(double value)
    {
        if (double.IsNaN(value)) return this;
        var difference = value - Mean;
        var mean = Mean + (difference / (Count + 1));
        return new(Count + 1, mean, Squares + (difference * (value - mean)));
    }
}
