namespace MlOps.Statistics;

internal static class Directions
{
    /// <summary>Says whether a rise or fall that is looked for is above a limit.</summary>
    public static bool Exceeds(ChangeDirection direction, double rise, double fall, double limit) =>
        (direction != ChangeDirection.Down && rise > limit) || (direction != ChangeDirection.Up && fall > limit);
}
