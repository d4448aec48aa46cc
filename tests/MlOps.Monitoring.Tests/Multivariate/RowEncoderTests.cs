using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>What the reconstruction error of a row rests on: that rows which the components were not found from are all alike new to it.</summary>
public class RowEncoderTests
{
    [Fact]
    public void Rows_are_filled_with_what_the_rows_have_from_which_fillings_were_learned()
    {
        var encoder = new RowEncoder([new("kind", ColumnType.String), new("x", ColumnType.Float64)]);
        var batch = new Table().Add("kind", ["a", "a", "b"]).Add("x", [1.0, 3.0, 100.0]).ToBatch();
        double[][] rows = [.. encoder.Encode(batch, learn: true).Chunk(2)];
        encoder.Settle(rows);
        encoder.LearnFillings(rows[..2]);
        Fill(encoder, rows[2]).Should().Equal([0, 100], "kind b was not among them, so it is what a kind is that never was");
        Fill(encoder, [double.NaN, double.NaN]).Should().Equal(1, 2);
    }

    [Fact]
    public void Edges_lie_between_errors_so_that_no_error_counts_as_equal_to_a_larger_one_only() => ReconstructionErrors.Edges([3, 1, 2, 2]).Should().Equal(1.5, 2, 2.5);

    [Fact]
    public void A_single_error_has_no_edges() => ReconstructionErrors.Edges([3]).Should().BeEmpty();

    private static double[] Fill(RowEncoder encoder, double[] row)
    {
        var filled = new double[row.Length];
        encoder.Fill(row, filled);
        return filled;
    }
}
