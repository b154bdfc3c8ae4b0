// Part of Apus, Apache-2.0. See LICENSE.

extension RandomForestRegressor: CustomStringConvertible {
  /// Size, fit and importance, on a few lines.
  public var description: String {
    let fit = outOfBag.map { ", out of bag R² \($0.rSquared)" } ?? ""
    return """
      RandomForestRegressor: \(trees.count) trees, \(nodeCount) nodes, \(featureCount) features\(fit)
      importance \(Excerpt.of(featureImportance))
      """
  }
}

extension RandomForestClassifier: CustomStringConvertible {
  /// Size, fit and importance, on a few lines.
  public var description: String {
    let fit = outOfBag.map { ", out of bag error rate \($0.errorRate)" } ?? ""
    return """
      RandomForestClassifier: \(trees.count) trees, \(nodeCount) nodes, \(featureCount) features, \
      \(classCount) classes\(fit)
      importance \(Excerpt.of(featureImportance))
      """
  }
}

extension RandomForestRegressor.OutOfBag: CustomStringConvertible {
  /// The fit, and the first predictions.
  public var description: String {
    "R² \(rSquared), mean squared error \(meanSquaredError), predictions \(Excerpt.of(predictions))"
  }
}

extension RandomForestClassifier.OutOfBag: CustomStringConvertible {
  /// The error rate, and the first predictions.
  public var description: String {
    let shown = predictions.map { $0.map { "\($0)" } ?? "none" }
    return "error rate \(errorRate), predictions \(Excerpt.of(shown))"
  }
}

extension TrainingSet: CustomStringConvertible {
  /// The features.
  public var description: String { "TrainingSet: \(table)" }
}
