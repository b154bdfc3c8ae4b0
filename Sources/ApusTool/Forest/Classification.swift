// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables

/// The agreement of predicted with observed classes.
struct Classification: Encodable {
  /// The names of the classes.
  let classes: [String]
  /// The share of rows whose class was predicted.
  let accuracy: Double
  /// The share of the most frequent class, which is right without a model.
  let baseline: Double
  /// The counts of rows, by observed and predicted class.
  let confusion: [[Int]]

  /// - Parameters:
  ///   - predicted: positions of classes, at least one.
  ///   - observed: classes of as many rows or more.
  init(predicted: [Int], observed: Categories) {
    let levels = observed.levels
    var counts = levels.map { _ in levels.map { _ in 0 } }
    for (predicted, observed) in zip(predicted, observed.codes) {
      counts[Int(observed)][predicted] += 1
    }
    classes = Array(levels)
    confusion = counts
    let rows = Double(predicted.count)
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    accuracy = Double(right) / rows
    baseline = Double(counts.map { $0.reduce(0, +) }.max() ?? 0) / rows
  }

  /// The lines of a report, with a table of at most eight classes.
  var lines: [(String, String)] {
    var lines = [
      (
        "accuracy",
        "\(Text.percent(accuracy)) (the most frequent class alone: \(Text.percent(baseline)))"
      )
    ]
    guard classes.count <= 8 else { return lines + [("classes", "\(classes.count)")] }
    let header = ["observed"] + classes.map { "→ \($0)" }
    let rows = zip(classes, confusion).map { name, counts in [name] + counts.map { "\($0)" } }
    for (index, line) in Text.table([header] + rows).split(separator: "\n").enumerated() {
      lines.append((index == 0 ? "confusion" : "", String(line)))
    }
    return lines
  }
}
