using System.Globalization;
using System.Text;

namespace MlOps.Core;

/// <summary>What came of doing a run once more.</summary>
/// <param name="RunId">The replay, as a run of its own.</param>
/// <param name="ReplayOf">The run that was replayed.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Differences">What is not as it was then for the run as a whole, a sentence each: code, environment, parameters that were not recorded.</param>
/// <param name="Stages">The stages, in order, and those that the pipeline no longer has.</param>
public sealed record ReplayReport(string RunId, string ReplayOf, string Pipeline, IReadOnlyList<string> Differences, IReadOnlyList<StageReplay> Stages)
{
    /// <summary>Gets whether everything that could be compared came out the same.</summary>
    /// <value>True when no stage is different and at least one is equal. Other code or another machine that gives the same is equal; <see cref="Differences"/> says that it is another.</value>
    public bool IsEqual => Stages.All(stage => stage.Outcome != ReplayOutcome.Different) && Stages.Any(stage => stage.Outcome == ReplayOutcome.Equal);

    /// <summary>Gives the report as text: the verdict, then a line for each stage, then what differs.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Run {ReplayOf} of pipeline '{Pipeline}' ").AppendLine(IsEqual ? "came out the same when it was replayed." : "did not come out the same when it was replayed.");
        foreach (var difference in Differences) text.Append("- ").AppendLine(difference);
        foreach (var stage in Stages)
        {
            text.Append(CultureInfo.InvariantCulture, $"{stage.Stage}: ").AppendLine(stage.Outcome switch
            {
                ReplayOutcome.Equal => "equal",
                ReplayOutcome.Different => "different",
                ReplayOutcome.Recorded => "not comparable",
                _ => "not done",
            });
            foreach (var difference in stage.Differences) text.Append("  - ").AppendLine(difference);
        }

        return text.ToString().TrimEnd();
    }
}

/// <summary>What came of doing a stage once more.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Recorded">The fingerprint of its output then; null when it had none.</param>
/// <param name="Replayed">The fingerprint of its output now; null when it has none.</param>
/// <param name="Differences">What is not as it was then, a sentence each: its output, its code, its parameters, its inputs, what it reads. Perhaps some although the output is equal.</param>
public sealed record StageReplay(string Stage, ReplayOutcome Outcome, string? Recorded, string? Replayed, IReadOnlyList<string> Differences);

/// <summary>What came of doing a stage once more.</summary>
public enum ReplayOutcome
{
    /// <summary>The same came out; or it failed as it had failed then.</summary>
    Equal,

    /// <summary>Something else came out, it failed, or the pipeline has no such stage any more.</summary>
    Different,

    /// <summary>It depends on something outside of the run that is not as it was then, or cannot say so. The stages after it were given its output of then.</summary>
    Recorded,

    /// <summary>It was not done: it would change something outside of the run, or a stage before it has no output.</summary>
    NotDone,
}
