// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

/// A command that runs once for each argument; its result is what it writes to its standard output.
package struct CommandRun: RemoteFunction {
  /// The variables that a command gets.
  static let variableNames = [
    "APUS_INDEX", "APUS_SEED", "APUS_ATTEMPT", CommandTemplate.variable,
  ]

  /// The bytes that a command may write to its standard output, which are kept in memory until it has ended: a gigabyte, or
  /// what is a core's share of a quarter of the memory if that is less.
  private static let longestOutput = min(1 << 30, max(1 << 26, System.memoryPerCore / 4))
  /// The bytes that are shown of the output of a command that failed.
  private static let longestShown = 16 << 20

  /// The end by SIGTERM, of the command itself and as a shell says it.
  ///
  /// Where a whole job was told to end, so was this process: it ends now, and the command counts as interrupted, not as failed.
  private static let terminations = [-15, 143]

  package var template: CommandTemplate
  package var seed: UInt128

  package init(_ template: CommandTemplate, seed: UInt128) {
    self.template = template
    self.seed = seed
  }

  package func callAsFunction(_ argument: [UInt8], _ context: TaskContext) throws -> [UInt8] {
    let program = try RunningProgram(
      try template.words(for: argument), variables(argument, context.index, context.attempt))
    let status = program.wait(longestOutput: Self.longestOutput) { context.isCancelled }
    // What a command that was told to end has started does not go on.
    let isTooLong = program.outputSize > Self.longestOutput
    if context.isCancelled || isTooLong { apus_end_rest_of_group() }
    if isTooLong { throw CommandFailure(status: status, longestOutput: Self.longestOutput) }
    if status == 0 { return program.output }
    if Self.terminations.contains(status) { System.pause(microseconds: 200_000) }
    // What a failed command wrote is shown, but is no result.
    System.writeError(program.output(first: Self.longestShown))
    throw CommandFailure(status: status)
  }

  /// The variables that a command gets besides those of this process, as NAME=value.
  package func variables(_ argument: [UInt8], _ index: Int, _ attempt: Int) -> [[UInt8]] {
    let numbers = [
      "APUS_INDEX=\(index)", "APUS_SEED=\(CommandSeed.value(seed: seed, index: index))",
      "APUS_ATTEMPT=\(attempt)",
    ]
    return numbers.map { Array($0.utf8) } + [Array("\(CommandTemplate.variable)=".utf8) + argument]
  }
}

extension CommandRun: NamesItsProperties {
  static var propertyNames: String { "the command or its seed" }
}

/// A command that did not succeed.
struct CommandFailure: Error, CustomStringConvertible {
  /// The exit status, or the negative of a signal.
  var status: Int
  /// The bytes that it may write to its standard output, if it wrote more.
  var longestOutput: Int?

  var description: String {
    if let longestOutput {
      return
        "it wrote more than \(longestOutput >> 20) MB to its standard output, which is kept in memory: send the output to a file"
    }
    return status < 0
      ? "killed by signal \(-status)\(RemoteFailure.Cause.name(-status))" : "exit status \(status)"
  }
}
