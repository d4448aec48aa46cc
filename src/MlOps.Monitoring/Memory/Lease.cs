namespace MlOps.Monitoring;

/// <summary>Something that one host does, and others leave to it until the lease expires: a host that dies gives it up so.</summary>
/// <param name="Owner">Whose it is; every start is an owner of its own.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record Lease(string Owner, DateTimeOffset ExpiresAt)
{
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(5);

    public static Lease New(DateTimeOffset now) => Of(Guid.NewGuid().ToString("n"), now);

    public static Lease Of(string owner, DateTimeOffset now) => new(owner, now + Duration);

    /// <summary>Says whether it holds. One that ends later than any can is of a clock that was wrong.</summary>
    public bool HoldsAt(DateTimeOffset now) => ExpiresAt > now && ExpiresAt - now <= 2 * Duration;

    public Lease Renew(DateTimeOffset now) => this with { ExpiresAt = now + Duration };

    /// <summary>Does the work and renews the lease meanwhile. A renewal that fails is tried again; the work goes on.</summary>
    public static async Task<T> KeepAsync<T>(Func<CancellationToken, Task<T>> work, Func<CancellationToken, Task> renew, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(renew, time, ended.Token);
        try
        {
            return await work(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }
    }

    private static async Task RenewAsync(Func<CancellationToken, Task> renew, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Duration / 5, time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false)) return;
                await renew(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is Core.MlOpsException or IOException or UnauthorizedAccessException)
            {
                // The next renewal may go better; until the lease expires nobody takes it.
            }
        }
    }
}
