using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

/// <summary>A check of a monitor that is under way. Whatever it throws ends it, and no other.</summary>
internal sealed class RunningCheck(IMonitorCheck check, MonitorContext context, ILogger logger) : IDisposable
{
    private IMonitorPass? _pass;
    private FailedSection? _failed;

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            _pass = await check.BeginAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!IsStop(e, cancellationToken))
        {
            Fail(e);
        }
    }

    public void Add(MonitorBatch batch)
    {
        if (_failed is not null) return;
        try
        {
            _pass?.Add(batch);
        }
#pragma warning disable CA1031 // one check must not end the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }

    /// <summary>Gives what the check found, or that it failed; null when it does not apply.</summary>
    public async Task<MonitorSection?> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        if (_failed is not null) return _failed;
        if (_pass is null) return null;
        try
        {
            return await _pass.EndAsync(chunks, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!IsStop(e, cancellationToken))
        {
            return Fail(e);
        }
    }

    public void Dispose() => _pass?.Dispose();

    private static bool IsStop(Exception e, CancellationToken cancellationToken) => e is OperationCanceledException && cancellationToken.IsCancellationRequested;

    private FailedSection Fail(Exception error)
    {
        logger.CheckFailed(error, context.Monitor, check.Name);
        var sentence = $"The check '{check.Name}' could not do its work: {error.Message}";
        return _failed = new(check.Name, error.Message) { Summary = sentence, Alarms = [new(check.Name, AlarmKind.Failure, AlarmSeverity.Warning, check.Name, sentence)] };
    }
}
