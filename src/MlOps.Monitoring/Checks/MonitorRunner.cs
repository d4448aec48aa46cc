using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads the log of a window once and lets every check of the host look at it.</summary>
internal sealed class MonitorRunner
{
    private readonly IModelRegistry _registry;
    private readonly IPredictionLog _log;
    private readonly IReadOnlyList<IMonitorCheck> _checks;
    private readonly ILogger _logger;

    public MonitorRunner(IModelRegistry registry, IPredictionLog log, IEnumerable<IMonitorCheck> checks, ILogger<MonitorRunner> logger)
    {
        (_registry, _log, _checks, _logger) = (registry, log, [.. checks], logger);
        if (_checks.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"The host has {twice.Count()} monitor checks called '{twice.Key}'. Give one of them another name.");
        if (_checks.Any(c => c.Name == TriggerAlarms.Check)) throw new InvalidOperationException($"No monitor check can be called '{TriggerAlarms.Check}': alarms about pipelines are. Give it another name.");
    }

    public async Task<MonitorReport> CheckAsync(string monitor, MonitorOptions options, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        if (from >= to) throw new ArgumentException($"The window from {from:O} to {to:O} holds no time.", nameof(to));
        var model = options.Model ?? monitor;
        using var activity = MonitoringMetrics.Start(monitor, model);
        try
        {
            var version = await _registry.FindByAliasAsync(model, options.Alias, cancellationToken).ConfigureAwait(false)
                ?? throw new NotFoundException("version", $"{model}@{options.Alias}", "There is nothing to compare predictions with until the alias points to a version.");
            var report = await CheckAsync(new MonitorContext(monitor, options, version, from, to), model, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("version", report.Version.ToString(CultureInfo.InvariantCulture)).SetTag("rows", report.Rows).SetTag("alarms", report.Alarms.Count);
            _logger.Checked(monitor, model, report.Version, report.Rows, report.Alarms.Count, report.Sections.Count);
            return report;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    private async Task<MonitorReport> CheckAsync(MonitorContext context, string model, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var running = new List<RunningCheck>();
        try
        {
            foreach (var check in _checks.Where(c => !context.Options.SkippedChecks.Contains(c.Name)))
            {
                var begun = new RunningCheck(check, context, _logger);
                running.Add(begun);
                await begun.BeginAsync(cancellationToken).ConfigureAwait(false);
            }

            var total = context.Options.ChunkCount is null ? 0 : await CountAsync(context, model, cancellationToken).ConfigureAwait(false);
            var cutter = new ChunkCutter(context.Options, context.From, context.To, total);
            await foreach (var batch in _log.ReadWatchedAsync(model, context.From, context.To, context.Options, cancellationToken).ConfigureAwait(false))
            {
                foreach (var part in cutter.Cut(batch))
                {
                    foreach (var check in running) check.Add(part);
                }
            }

            var chunks = cutter.Chunks();
            var sections = new List<MonitorSection>(running.Count);
            foreach (var check in running)
            {
                if (await check.EndAsync(chunks, cancellationToken).ConfigureAwait(false) is { } section) sections.Add(section);
            }

            return new(context.Monitor, model, context.Version.Version, context.From, context.To, cutter.Rows, cutter.FailedRows, chunks, sections);
        }
        finally
        {
            foreach (var check in running) check.Dispose();
        }
    }

    private async Task<long> CountAsync(MonitorContext context, string model, CancellationToken cancellationToken)
    {
        long total = 0;
        await foreach (var batch in _log.ReadWatchedAsync(model, context.From, context.To, context.Options, cancellationToken).ConfigureAwait(false)) total += batch.Length;
        return total;
    }

    // What cannot be stored now is missing from this report, and in the log's own errors; the rest can still be judged.
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _log.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            _logger.CheckedWithoutFlush(e);
        }
    }
}
