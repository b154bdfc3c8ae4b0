// Part of Apus, Apache-2.0. See LICENSE.

/// The first of many values, as text.
///
/// Models and results print as a few lines, however large they are.
enum Excerpt {
  /// Returns a text such as "[1.0, 2.0, … 10000 in all]".
  static func of<Value>(_ values: [Value], most: Int = 6) -> String {
    let shown = values.prefix(most).map { "\($0)" }.joined(separator: ", ")
    return "[\(shown)\(values.count > most ? ", … \(values.count) in all" : "")]"
  }
}

extension Moments: CustomStringConvertible {
  /// Count, mean and standard deviation.
  public var description: String {
    "\(count) values, mean \(mean), standard deviation \(standardDeviation)"
  }
}

extension RunningMoments: CustomStringConvertible {
  /// Count, mean and standard error.
  public var description: String { "\(count) values, mean \(mean) ± \(standardError)" }
}

extension Agreement: CustomStringConvertible {
  /// Correlation, R² and the root of the mean squared error.
  public var description: String {
    "correlation \(correlation), R² \(rSquared), RMSE \(rootMeanSquaredError)"
  }
}
