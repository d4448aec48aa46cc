using System.Runtime.CompilerServices;

namespace MlOps.DataValidation;

/// <summary>Holds streams of records to suites.</summary>
public static class StreamQuarantine
{
    private const int MostTogether = 1024;

    /// <summary>Lets the good records of a stream through, in their order, and gives the bad ones to a receiver.</summary>
    /// <remarks>
    /// Records that are there together are judged together, up to 1,024; as soon as the stream makes one wait, those before it are judged and passed on, so a slow stream is not held up. A record is
    /// rejected when it fails an expectation of severity error about rows. An expectation about a member that the record does not have fails in the result and rejects nothing.
    /// </remarks>
    /// <typeparam name="T">The record; its public properties are the columns, found by name without regard to case.</typeparam>
    /// <param name="suite">What is expected.</param>
    /// <param name="records">The stream.</param>
    /// <param name="rejected">Receives each rejected record before later records are passed on; null drops them.</param>
    /// <param name="flagged">Receives each record that is passed on but fails warnings; null for nobody.</param>
    /// <param name="finished">Receives what came of each expectation when the stream has ended; null for nobody.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the stream.</param>
    /// <returns>The accepted records.</returns>
    public static async IAsyncEnumerable<T> QuarantineAsync<T>(
        this ExpectationSuite suite,
        IAsyncEnumerable<T> records,
        Func<RejectedRecord<T>, ValueTask>? rejected = null,
        Func<RejectedRecord<T>, ValueTask>? flagged = null,
        Action<ValidationResult>? finished = null,
        ValidationOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(records);
        options ??= new();
        using var measured = Instruments.Start(suite.Name);
        var references = await References.ReadAsync(suite, options, cancellationToken).ConfigureAwait(false);
        var pass = new ValidationPass(suite, RecordCheckerExtensions.Plan<T>(options, references), keepFailed: true);
        var feed = RecordFeed<T>.Of(pass);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = new PendingReader<T>(records.GetAsyncEnumerator(stop.Token), stop);
        await using var closing = source.ConfigureAwait(false);
        var buffer = new T[MostTogether];
        for (var more = true; more;)
        {
            more = await source.NextAsync().ConfigureAwait(false);
            var count = 0;
            while (more)
            {
                buffer[count++] = source.Current;
                if (count == buffer.Length || !source.IsNextThere()) break;
                more = await source.NextAsync().ConfigureAwait(false);
            }

            if (count == 0) continue;
            feed.Fill(buffer.AsSpan(0, count));
            pass.Judge();
            Instruments.Judged(suite.Name, count, pass.RejectedInBlock);
            for (var row = 0; row < count; row++)
            {
                var isRejected = Bits.Has(pass.Rejected, row);
                var receiver = isRejected ? rejected : flagged;
                if (receiver is not null && (isRejected || pass.Fails(row))) await receiver(new(buffer[row], pass.Block.FirstRow + row, [.. pass.FailuresOf(row)])).ConfigureAwait(false);
                if (!isRejected) yield return buffer[row];
            }

            Array.Clear(buffer, 0, count);
        }

        var result = measured.Ended(pass.Finish());
        finished?.Invoke(result);
    }

    /// <summary>Validates a stream of records to its end.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="suite">What is expected.</param>
    /// <param name="records">The stream.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <returns>What came of each expectation.</returns>
    public static async Task<ValidationResult> ValidateAsync<T>(
        this ExpectationSuite suite, IAsyncEnumerable<T> records, ValidationOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
    {
        ValidationResult? result = null;
        await foreach (var _ in suite.QuarantineAsync(records, null, null, r => result = r, options, cancellationToken).ConfigureAwait(false))
        {
            // judged when it was passed on
        }

        return result!;
    }
}
