// Part of Apus, Apache-2.0. See LICENSE.

/// How a batch scheduler writes the time that a job may take.
package enum TimeForm: Sendable, Hashable {
  /// Minutes, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` and so on: Slurm.
  case slurm
  /// Seconds, `minutes:seconds` or `hours:minutes:seconds`: PBS and Grid Engine.
  case clock
  /// Minutes or `hours:minutes`: LSF.
  case minutes

  /// The seconds of a time; nil if it is none, or without limit.
  package func seconds(_ text: String) -> Int? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count == 1 || halves.count == 2 && self == .slurm else { return nil }
    let days = halves.count == 2 ? Int(halves[0]) : 0
    let fields = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
      .map { Int($0) }
    guard let days, !fields.isEmpty, fields.count <= 3,
      fields.allSatisfy({ $0.map { (0..<1 << 40).contains($0) } ?? false }), days < 1 << 20
    else { return nil }
    let numbers = fields.compactMap { $0 }
    let units = units(of: numbers.count, hasDays: halves.count == 2)
    guard numbers.count <= units.count else { return nil }
    let seconds = days * 86_400 + zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 }
    return seconds > 0 ? seconds : nil
  }

  /// The seconds that each field stands for.
  private func units(of count: Int, hasDays: Bool) -> [Int] {
    switch self {
    case .slurm where hasDays: [3600, 60, 1]
    case .slurm: count == 1 ? [60] : [3600, 60, 1].suffix(count)
    case .clock: [3600, 60, 1].suffix(count)
    case .minutes: [3600, 60].suffix(count)
    }
  }
}

extension BatchSystem {
  /// The seconds of a time as this scheduler writes it; nil if it is none, or without limit.
  func seconds(of time: String) -> Int? { times.seconds(time) }
}
