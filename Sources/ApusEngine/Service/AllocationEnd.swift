// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// When the job in which an engine runs ends.
package struct AllocationEnd: Sendable, Hashable {
  /// The variable with the end that a launcher knows, in seconds since 1970; recent versions of Slurm set the other.
  private static let variables = ["APUS_ALLOCATION_END", "SLURM_JOB_END_TIME"]

  private let microseconds: Int

  /// - Returns: nil if the environment says nothing of an end.
  package init?(_ environment: [String: String]) {
    let texts = Self.variables.lazy.compactMap { environment[$0] }
    guard let seconds = texts.compactMap({ Int($0) }).first, (1..<1 << 40).contains(seconds) else {
      return nil
    }
    microseconds = seconds * 1_000_000
  }

  /// The time until then.
  package var timeLeft: Duration {
    .microseconds(microseconds - MonotonicClock().date.microseconds)
  }
}
