namespace MlOps.Statistics;

/// <summary>How good a detector is at streams whose changes are known: how late it alarms, how often falsely, what it misses. For choosing method and parameters.</summary>
/// <param name="Values">How many values there were, over all streams.</param>
/// <param name="Changes">How many changes there were.</param>
/// <param name="Found">How many changes had an alarm within the allowed delay.</param>
/// <param name="MeanDelay">How many values after the change the first alarm came, on average over those found; NaN when none was.</param>
/// <param name="MaxDelay">The same of the slowest; NaN when none was found.</param>
/// <param name="FalseAlarms">How many alarms came at no change, nor within the delay after one.</param>
/// <param name="RepeatedAlarms">How many alarms came within the delay of a change that had one already.</param>
public sealed record DetectorEvaluation(long Values, long Changes, long Found, double MeanDelay, double MaxDelay, long FalseAlarms, long RepeatedAlarms)
{
    /// <summary>Gets the false alarms for each 1,000 values; NaN without values.</summary>
    public double FalseAlarmsPerThousand => Values == 0 ? double.NaN : 1000.0 * FalseAlarms / Values;

    /// <summary>Gets the share of changes that were found; NaN without changes.</summary>
    public double Recall => Changes == 0 ? double.NaN : (double)Found / Changes;

    /// <summary>Runs a fresh detector over each stream.</summary>
    /// <param name="create">Creates the detector.</param>
    /// <param name="streams">The streams.</param>
    /// <param name="maxDelay">How many values after a change an alarm still belongs to it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static DetectorEvaluation Run(Func<ChangeDetector> create, IEnumerable<LabelledStream> streams, int maxDelay)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDelay);
        long values = 0, changes = 0, falseAlarms = 0, repeated = 0;
        var delays = new List<long>();
        foreach (var stream in streams)
        {
            var detector = create();
            var sorted = stream.Changes.Order().ToArray();
            var isFound = new bool[sorted.Length];
            long index = 0;
            foreach (var value in stream.Values)
            {
                if (detector.Add(value) == ChangeSignal.Drift)
                {
                    var change = Array.FindLastIndex(sorted, c => c <= index);
                    if (change < 0 || index - sorted[change] > maxDelay) falseAlarms++;
                    else if (isFound[change]) repeated++;
                    else
                    {
                        isFound[change] = true;
                        delays.Add(index - sorted[change]);
                    }
                }

                index++;
            }

            values += index;
            changes += sorted.Length;
        }

        return new(values, changes, delays.Count, delays.Count == 0 ? double.NaN : delays.Average(), delays.Count == 0 ? double.NaN : delays.Max(), falseAlarms, repeated);
    }
}

/// <summary>A stream whose changes are known.</summary>
/// <param name="Values">The values.</param>
/// <param name="Changes">The index, from 0, of the first value of each new distribution; none for a stream that does not change.</param>
public sealed record LabelledStream(IEnumerable<double> Values, IReadOnlyList<long> Changes);
