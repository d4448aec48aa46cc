using System.Runtime.InteropServices;

namespace MlOps.Training;

/// <summary>The functions of LightGBM's C interface that trees need. Each gives 0, or -1 and an error of the calling thread.</summary>
internal static unsafe partial class LightGbmNative
{
    public const int Float32 = 0;
    public const int ColumnMajor = 0;
    public const int RowMajor = 1;
    public const int PredictNormal = 0;
    public const int GainImportance = 1;
    private const string Library = "lib_lightgbm";

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateDataset(void* values, int valueType, int rows, int columns, int isRowMajor, string parameters, nint reference, out LightGbmDataset dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetField(LightGbmDataset dataset, string field, void* values, int count, int valueType);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    public static partial int FreeDataset(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateBooster(LightGbmDataset training, string parameters, out LightGbmBooster booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int AddTree(LightGbmBooster booster, out int isFinished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFeatureImportance")]
    public static partial int Importance(LightGbmBooster booster, int iterations, int kind, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Predict(
        LightGbmBooster booster, void* values, int valueType, int rows, int columns, int isRowMajor, int kind, int firstIteration, int iterations, string parameters, out long count, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int FreeBooster(nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint LastError();

    /// <summary>Throws the error of a call that failed.</summary>
    public static void Check(int result)
    {
        if (result != 0) throw new TrainingException($"LightGBM refused: {Marshal.PtrToStringUTF8(LastError())}") { Trainer = "LightGBM" };
    }
}

/// <summary>Rows as LightGBM keeps them.</summary>
internal sealed class LightGbmDataset() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.FreeDataset(handle) == 0;
}

/// <summary>Trees as LightGBM keeps them.</summary>
internal sealed class LightGbmBooster() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.FreeBooster(handle) == 0;
}
