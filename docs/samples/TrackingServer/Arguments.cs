namespace TrackingServer;

/// <summary>What the program is started with.</summary>
internal sealed record Arguments(string Store, string Artifacts, string? ArtifactRoot, bool AllowReset, string[] Host)
{
    public const string Usage = """
        TrackingServer --urls http://127.0.0.1:5000 --store mlops.db --artifacts-destination artifacts [--default-artifact-root uri] [--allow-reset]
          --urls                   where to listen
          --store                  where experiments, runs and models are kept: a SQLite file, or PostgreSQL as Host=…;Database=… or postgresql://…
          --artifacts-destination  the folder of their files
          --default-artifact-root  where clients look for the files of experiments; without it they go through this server
          --allow-reset            POST /test-only/reset empties the store, in Development only
        """;

    /// <summary>Reads the arguments; null when they are not understood. What is not ours is the host's.</summary>
    public static Arguments? Parse(string[] args)
    {
        string store = "mlops.db", artifacts = "artifacts";
        string? root = null;
        var allowReset = false;
        var host = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--allow-reset")
            {
                allowReset = true;
                continue;
            }

            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length) return null;
            var value = args[++i];
            switch (args[i - 1])
            {
                case "--store": store = value; break;
                case "--artifacts-destination": artifacts = value; break;
                case "--default-artifact-root": root = value; break;
                default: host.AddRange([args[i - 1], value]); break;
            }
        }

        return new(store, artifacts, root, allowReset, [.. host]);
    }
}
