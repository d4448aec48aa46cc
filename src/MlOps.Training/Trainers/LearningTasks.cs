namespace MlOps.Training;

/// <summary>What differs from task to task.</summary>
internal static class LearningTasks
{
    /// <summary>Gives the name that stands in a bundle.</summary>
    public static string ToText(this LearningTask task) => task switch
    {
        LearningTask.BinaryClassification => "binary-classification",
        LearningTask.MulticlassClassification => "multiclass-classification",
        LearningTask.Regression => "regression",
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "Not a task."),
    };

    /// <summary>Reads the name that stands in a bundle.</summary>
    public static LearningTask Parse(string text) => Enum.GetValues<LearningTask>().FirstOrDefault(task => task.ToText() == text, (LearningTask)(-1)) is var task and >= 0
        ? task
        : throw new TrainingException($"The bundle's task '{text}' is unknown to this version. Update MlOps.Sdk.");

    /// <summary>Gives the metric that models are compared by when nobody names one.</summary>
    public static string MainMetric(this LearningTask task) => task switch
    {
        LearningTask.BinaryClassification => "auc",
        LearningTask.MulticlassClassification => "micro_accuracy",
        _ => "rmse",
    };
}
