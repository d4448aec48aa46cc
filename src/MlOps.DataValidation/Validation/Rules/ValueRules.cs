using System.Numerics;

namespace MlOps.DataValidation;

/// <summary>A rule about the values of a column that are held in 64 bits.</summary>
internal abstract class IntegerRule(int column) : RowRule(column)
{
    public abstract bool Passes(long value);

    public override bool Passes(Row row) => Passes(row.Integer(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Integers;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }

    protected int Column => column;
}

/// <summary>A rule about the values of a column of fractions.</summary>
internal abstract class NumberRule(int column) : RowRule(column)
{
    public abstract bool Passes(double value);

    public override bool Passes(Row row) => Passes(row.Number(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Numbers;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }

    protected int Column => column;
}

/// <summary>A rule about the values of a column of decimals.</summary>
internal abstract class DecimalRule(int column) : RowRule(column)
{
    public abstract bool Passes(decimal value);

    public override bool Passes(Row row) => Passes(row.Decimal(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Decimals;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }
}

/// <summary>A rule about the values of a column of text. Equal texts have the same outcome, so each of few different ones is judged once.</summary>
internal abstract class TextRule(int column) : RowRule(column)
{
    private Verdict[] _verdicts = [];

    private enum Verdict : byte
    {
        Unknown = 0,
        Passes = 1,
        Fails = 2,
    }

    public abstract bool Passes(ReadOnlySpan<char> value);

    public override bool Passes(Row row) => Passes(row.Text(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column];
        if (!values.Codes.IsEmpty)
        {
            JudgeCodes(values.Codes, values.Texts, judged, failed);
            return;
        }

        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values.Text(row))) Bits.Set(failed, row);
        }
    }

    private void JudgeCodes(ReadOnlySpan<int> codes, TextCodes texts, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        if (_verdicts.Length < texts.Count) Array.Resize(ref _verdicts, Math.Min(TextCodes.MostTexts, 2 * texts.Count));
        for (var word = 0; word < judged.Length; word++)
        {
            ulong fails = 0;
            if (judged[word] == ulong.MaxValue)
            {
                var bit = 0;
                foreach (var code in codes.Slice(word << 6, 64)) fails |= (ulong)VerdictOf(code, texts) >> 1 << bit++;
            }
            else
            {
                for (var left = judged[word]; left != 0; left &= left - 1)
                {
                    var bit = BitOperations.TrailingZeroCount(left);
                    fails |= (ulong)VerdictOf(codes[(word << 6) + bit], texts) >> 1 << bit;
                }
            }

            failed[word] = fails;
        }
    }

    private Verdict VerdictOf(int code, TextCodes texts)
    {
        var verdict = _verdicts[code];
        return verdict != Verdict.Unknown ? verdict : _verdicts[code] = Passes(texts[code]) ? Verdict.Passes : Verdict.Fails;
    }
}

/// <summary>Lets every judged row pass, or none.</summary>
internal sealed class ConstantRule(bool passes, params int[] columns) : RowRule(columns)
{
    public override bool Passes(Row row) => passes;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        if (passes) failed.Clear();
        else judged.CopyTo(failed);
    }
}
