// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser
import Foundation

/// The command line tool `apus`.
@main
struct ApusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "Parallel computing for statistics and simulation, with the same answer every time.",
    version: ToolVersion.current,
    subcommands: [
      ForestCommand.self, PiCommand.self, MeansCommand.self, RandomCommand.self, BlasCommand.self,
      LinalgCommand.self,
    ] + clusterCommands)

  private static var clusterCommands: [any ParsableCommand.Type] {
    #if Cluster
      [ControllerCommand.self, ClusterCommand.self]
    #else
      []
    #endif
  }

  /// Runs the command that the arguments name.
  ///
  /// Bad input prints one line and exits with status 2.
  static func main() {
    do {
      var command = try parseAsRoot()
      Warnings.print()
      try command.run()
    } catch let error as ToolError {
      Terminal.complain(error.message)
      Foundation.exit(error.status)
    } catch {
      if exitCode(for: error).isSuccess { exit(withError: error) }
      Terminal.complain(message(for: error))
      Foundation.exit(ToolError.badInput)
    }
  }
}
