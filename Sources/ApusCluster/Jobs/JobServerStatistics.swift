// Part of Apus, Apache-2.0. See LICENSE.

/// What one place of a job server has done.
public struct JobServerStatistics: Sendable, Hashable {
  /// `local`, or the node as it was named.
  public let name: String
  /// The jobs that have ended there.
  public let jobs: Int
  /// The time that they took together, from when a worker was free for them.
  public let time: Duration
}

extension JobServerStatistics {
  /// The table that Parallel Python prints.
  static func table(
    _ statistics: [JobServerStatistics], elapsed: Duration, active: Int, workers: Int
  ) -> String {
    let total = Double(max(1, statistics.reduce(0) { $0 + $1.jobs }))
    let rows = statistics.filter { $0.jobs > 0 }.map { place in
      let seconds = place.time / .seconds(1)
      let columns = [
        padded("\(place.jobs)", 10), padded(fixed(100 * Double(place.jobs) / total, 2), 13),
        padded(fixed(seconds, 4), 12), padded(fixed(seconds / Double(place.jobs), 6), 12),
      ]
      return columns.joined(separator: " | ") + " | " + place.name
    }
    return
      ([
        "Job execution statistics:",
        " job count | % of all jobs | job time sum | time per job | job server",
      ] + rows + [
        "Time elapsed since server creation \(fixed(elapsed / .seconds(1), 3))",
        "\(active) active tasks, \(workers) cores",
      ]).joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A number that is not negative, with so many decimals.
  private static func fixed(_ number: Double, _ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let whole = Int((number * Double(scale)).rounded())
    let part = String(whole % scale)
    return "\(whole / scale)." + String(repeating: "0", count: decimals - part.count) + part
  }
}
