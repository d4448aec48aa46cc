using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>Refuses schedules that are none, and two at once.</summary>
internal sealed class ScheduleValidator : IValidateOptions<MonitorOptions>
{
    public ValidateOptionsResult Validate(string? name, MonitorOptions options)
    {
        if (new[] { options.Cron is not null, options.Every is not null, options.EveryPredictions is not null }.Count(isSet => isSet) > 1)
            return ValidateOptionsResult.Fail($"MlOps:Monitors:{name}: of Cron, Every and EveryPredictions one at most can be set.");
        return options.Cron is { } cron && CronText.Parse(cron) is null ? ValidateOptionsResult.Fail($"MlOps:Monitors:{name}:Cron: {CronText.Problem(cron)}") : ValidateOptionsResult.Success;
    }
}
