// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import ApusWire

/// The allocation of Slurm in which this process runs.
package enum SlurmAllocation {
  private static let limit = Duration.seconds(10)

  /// When it ends, in seconds since 1970: by the environment of recent versions, else by one question to the scheduler.
  ///
  /// - Parameter folder: where the answer is kept meanwhile.
  /// - Returns: nil if it has no end, or nobody knows it.
  package static func end(_ environment: [String: String], folder: String) -> Int? {
    if let end = environment["SLURM_JOB_END_TIME"].flatMap({ Int($0) }) { return end }
    guard let job = environment["SLURM_JOB_ID"],
      let run = try? CommandRun(
        ["squeue", "-h", "-j", job, "-o", "%L"], environment: environment, input: nil,
        folder: folder, number: 1)
    else { return nil }
    let answer = run.wait(limit)
    guard answer.status == .exited(0),
      let word = answer.output.split(whereSeparator: \.isWhitespace).first,
      let left = TimeForm.slurm.seconds(String(word))
    else { return nil }
    return MonotonicClock().date.microseconds / 1_000_000 + left
  }
}
