namespace MlOps.Statistics;

/// <summary>How well rows are put in order within their groups, as the answers to a query or the articles shown to a user: plain means over the groups.</summary>
/// <param name="Groups">The groups that hold a relevant row. The others say nothing of an order and do not count.</param>
/// <param name="Ndcg">Normalised discounted cumulative gain at k, with the relevance itself as gain; NaN without groups, as all.</param>
/// <param name="MeanAveragePrecision">The mean of the average precisions at k.</param>
/// <param name="MeanReciprocalRank">The mean of one over the place of the first relevant row; 0 for one beyond k.</param>
/// <param name="HitRate">The share of groups with a relevant row among the first k.</param>
/// <param name="Precision">The mean share of relevant rows among the first k; a group of fewer rows counts as if it had k.</param>
/// <param name="Recall">The mean share of the relevant rows that are among the first k.</param>
public sealed record RankingPerformance(long Groups, double Ndcg, double MeanAveragePrecision, double MeanReciprocalRank, double HitRate, double Precision, double Recall)
{
    /// <summary>Measures rows.</summary>
    /// <param name="groups">The group of each row.</param>
    /// <param name="scores">The score of each row, higher for earlier. Of equal ones those with less relevance come first, so that a model that says nothing gains nothing.</param>
    /// <param name="relevance">How relevant each row is: 0 for not at all; 1 and 0 for a yes and no. Rows where it or the score is NaN are left out; less than 0 counts as 0.</param>
    /// <param name="k">How many rows are looked at.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>K. Järvelin, J. Kekäläinen, Cumulated Gain-Based Evaluation of IR Techniques, ACM TOIS 20, 2002, with the logarithm of base 2; average precision is divided by the smaller of k and the number of relevant rows.</remarks>
    public static RankingPerformance Of(ReadOnlySpan<long> groups, ReadOnlySpan<double> scores, ReadOnlySpan<double> relevance, int k = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (groups.Length != scores.Length || groups.Length != relevance.Length)
            throw new ArgumentException($"There are {groups.Length} groups, {scores.Length} scores and {relevance.Length} relevances.", nameof(groups));
        var byGroup = new Dictionary<long, List<(double Score, double Relevance)>>();
        for (var i = 0; i < groups.Length; i++)
        {
            if (double.IsNaN(scores[i]) || double.IsNaN(relevance[i])) continue;
            if (!byGroup.TryGetValue(groups[i], out var rows)) byGroup[groups[i]] = rows = [];
            rows.Add((scores[i], Math.Max(0, relevance[i])));
        }

        double ndcg = 0, map = 0, mrr = 0, hitRate = 0, precision = 0, recall = 0;
        long count = 0;
        foreach (var rows in byGroup.Values)
        {
            var relevant = rows.Count(r => r.Relevance > 0);
            if (relevant == 0) continue;
            count++;
            rows.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Relevance.CompareTo(b.Relevance));
            var (gain, hits, first, sum) = (0.0, 0, 0, 0.0);
            for (var place = 1; place <= Math.Min(k, rows.Count); place++)
            {
                if (rows[place - 1].Relevance <= 0) continue;
                gain += rows[place - 1].Relevance / Math.Log2(place + 1);
                hits++;
                if (first == 0) first = place;
                sum += (double)hits / place;
            }

            rows.Sort(static (a, b) => b.Relevance.CompareTo(a.Relevance));
            var ideal = 0.0;
            for (var place = 1; place <= Math.Min(k, relevant); place++) ideal += rows[place - 1].Relevance / Math.Log2(place + 1);
            ndcg += gain / ideal;
            map += sum / Math.Min(k, relevant);
            if (first > 0) mrr += 1.0 / first;
            if (hits > 0) hitRate++;
            precision += (double)hits / k;
            recall += (double)hits / relevant;
        }

        return new(count, ndcg / count, map / count, mrr / count, hitRate / count, precision / count, recall / count);
    }

    /// <summary>Gives a figure by its name.</summary>
    /// <param name="metric">ndcg, map, mrr, hit_rate, precision or recall.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such figure.</exception>
    public double Of(string metric) => metric switch
    {
        "ndcg" => Ndcg,
        "map" => MeanAveragePrecision,
        "mrr" => MeanReciprocalRank,
        "hit_rate" => HitRate,
        "precision" => Precision,
        "recall" => Recall,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such figure of an order."),
    };
}
