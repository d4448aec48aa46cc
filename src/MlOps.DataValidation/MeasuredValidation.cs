using System.Diagnostics;

namespace MlOps.DataValidation;

/// <summary>The time of one validation, from its start to its disposal.</summary>
internal sealed class MeasuredValidation(Activity? activity, string suite) : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private string _status = "stopped";

    /// <summary>Notes what came of it.</summary>
    public ValidationResult Ended(ValidationResult result)
    {
        _status = result.Success ? "passed" : "failed";
        activity?.SetTag("rows", result.RowCount).SetTag("rejected", result.RejectedCount).SetTag("failed", result.Results.Count(r => !r.Success));
        return result;
    }

    public void Dispose()
    {
        if (_status == "stopped") activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag("status", _status).Dispose();
        Instruments.Ended(suite, _status, Stopwatch.GetElapsedTime(_start));
    }
}
