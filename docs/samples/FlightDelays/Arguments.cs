namespace FlightDelays;

/// <summary>What the sample was asked to do.</summary>
internal sealed record Arguments(bool Serve, bool Fresh, bool Kilometres, bool BrokenDay, bool Again)
{
    public const string Usage = """
        dotnet run --project docs/samples/FlightDelays [-- options]
          --fault km   distances arrive in kilometres from 15 June on, as after an unannounced change of the feed
          --fault day  every tenth flight of 20 June arrives with a distance that cannot be
          --fresh      forgets everything that earlier runs have stored
          --again      does the recorded run once more from its manifest, and says whether the same comes out
          --serve      keeps the endpoint up at the end
        """;

    public static Arguments? Parse(string[] args)
    {
        var arguments = new Arguments(false, false, false, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--serve": arguments = arguments with { Serve = true }; break;
                case "--again": arguments = arguments with { Again = true }; break;
                case "--fresh": arguments = arguments with { Fresh = true }; break;
                case "--fault" when i + 1 < args.Length && args[i + 1] == "km": arguments = arguments with { Kilometres = true }; i++; break;
                case "--fault" when i + 1 < args.Length && args[i + 1] == "day": arguments = arguments with { BrokenDay = true }; i++; break;
                default: return null;
            }
        }

        return arguments;
    }
}
