using StackExchange.Redis;

namespace MlOps.Redis;

/// <summary>Reads single keys. Those that are asked for while others are on their way gather, and go as one command when the next answer comes.</summary>
/// <remarks>Nobody waits for others to come: a caller among few has a command of his own. Of many, a caller waits for an answer that is under way, and all take the server less than one command each. An error of a
/// command is that of all who share it; a value is judged by its caller alone.</remarks>
internal sealed class RedisReads
{
    private const int CommandsAtOnce = 2; // one is answered while the answer of the other is handed out
    private const int KeysAtOnce = 1_000;

    private readonly Lock _gate = new();
    private Gathering? _waiting;
    private int _underWay;

    public ValueTask<RedisValue> GetAsync(IDatabase database, RedisKey key)
    {
        Gathering? gathering = null;
        var place = 0;
        lock (_gate)
        {
            if (_underWay < CommandsAtOnce || _waiting?.Keys.Count == KeysAtOnce)
            {
                _underWay++;
            }
            else
            {
                gathering = _waiting ??= new();
                place = gathering.Keys.Count;
                gathering.Keys.Add(key);
            }
        }

        return gathering is null ? GetAloneAsync(database, key) : ValueOfAsync(gathering, place);
    }

    private static async ValueTask<RedisValue> ValueOfAsync(Gathering gathering, int place) => (await gathering.Answer.Task.ConfigureAwait(false))[place];

    private async ValueTask<RedisValue> GetAloneAsync(IDatabase database, RedisKey key)
    {
        try
        {
            return await database.StringGetAsync(key).ConfigureAwait(false);
        }
        finally
        {
            Next(database);
        }
    }

    private void Next(IDatabase database)
    {
        Gathering? gathering;
        lock (_gate)
        {
            (gathering, _waiting) = (_waiting, null);
            if (gathering is null) _underWay--;
        }

        if (gathering is not null) _ = GetAsync(database, gathering);
    }

    private async Task GetAsync(IDatabase database, Gathering gathering)
    {
        try
        {
            var values = await database.StringGetAsync([.. gathering.Keys]).ConfigureAwait(false);
            Next(database);
            gathering.Answer.SetResult(values);
        }
        catch (Exception e)
        {
            Next(database);
            gathering.Answer.SetException(e);
        }
    }

    private sealed class Gathering
    {
        public List<RedisKey> Keys { get; } = new(64);

        // Callers go on on threads of their own, so that none of them holds up the others.
        public TaskCompletionSource<RedisValue[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
