using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Follows the history and tells the webhooks of the host, each for itself: one that does not answer keeps no other waiting.</summary>
internal sealed class WebhookService(
    IModelRegistry registry, IEnumerable<WebhookDefinition> webhooks, IOptionsMonitor<WebhookOptions> options, IOptions<MlOpsOptions> paths, TimeProvider time, ILogger<WebhookService> logger)
    : BackgroundService
{
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private const int ReadAtOnce = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(webhooks.Select(webhook => RunAsync(webhook.Name, stoppingToken)));

    private async Task RunAsync(string name, CancellationToken stoppingToken)
    {
        var settings = options.Get(name);
        using var sender = new WebhookSender(name, settings, time);
        var position = new WebhookPosition(paths.Value.PathOf("webhooks"), name);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(name, settings, sender, position, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.WebhookBroke(name, e);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A webhook that is new begins with what happens from now on. The others catch up first; what happens meanwhile waits in the watch.
    private async Task FollowAsync(string name, WebhookOptions settings, WebhookSender sender, WebhookPosition position, CancellationToken stoppingToken)
    {
        var changes = registry.WatchAsync(stoppingToken);
        var last = await position.ReadAsync(stoppingToken).ConfigureAwait(false) ?? await BeginAsync(position, stoppingToken).ConfigureAwait(false);
        var missed = registry.ReadHistoryAsync(new() { After = last, Limit = ReadAtOnce }, stoppingToken);
        await foreach (var entry in missed.Concat(changes).ConfigureAwait(false))
        {
            if (entry.Sequence <= last) continue;
            if (IsWanted(settings, entry)) await TellAsync(name, settings, sender, entry, stoppingToken).ConfigureAwait(false);
            last = entry.Sequence;
            await position.WriteAsync(last).ConfigureAwait(false);
        }
    }

    private async Task<long> BeginAsync(WebhookPosition position, CancellationToken stoppingToken)
    {
        var head = await registry.FindHeadAsync(stoppingToken).ConfigureAwait(false);
        await position.WriteAsync(head.Sequence).ConfigureAwait(false);
        return head.Sequence;
    }

    private async Task TellAsync(string name, WebhookOptions settings, WebhookSender sender, RegistryEvent entry, CancellationToken stoppingToken)
    {
        var delay = settings.FirstDelay;
        for (var attempt = 1; ; attempt++)
        {
            if (await sender.SendAsync(entry, stoppingToken).ConfigureAwait(false) is not { } reason)
            {
                Instruments.Webhook(name, "delivered");
                return;
            }

            if (attempt == settings.MaxAttempts)
            {
                Instruments.Webhook(name, "given up");
                logger.WebhookGaveUp(name, entry.Sequence, attempt, reason);
                return;
            }

            Instruments.Webhook(name, "failed");
            logger.WebhookFailed(name, entry.Sequence, attempt, delay.TotalSeconds, reason);
            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(false);
            delay = delay * 2 < settings.MaxDelay ? delay * 2 : settings.MaxDelay;
        }
    }

    private static bool IsWanted(WebhookOptions settings, RegistryEvent entry) =>
        (settings.Kinds.Count == 0 || settings.Kinds.Contains(entry.Kind)) && (settings.Models.Count == 0 || settings.Models.Contains(entry.Model));
}
