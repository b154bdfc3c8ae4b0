// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusTables
import ApusWorkers
import ArgumentParser
import Foundation

#if Cluster
  import ApusCluster
#endif

/// The command line tool `apus`.
@main
struct ApusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "Parallel computing for statistics and simulation, with the same answer every time.",
    version: ToolVersion.current,
    subcommands: [
      ForestCommand.self, PiCommand.self, MeansCommand.self, MapCommand.self, RunsCommand.self,
      RandomCommand.self, BlasCommand.self, LinalgCommand.self,
    ] + clusterCommands)

  private static var clusterCommands: [any ParsableCommand.Type] {
    #if Cluster
      [
        ControllerCommand.self, EngineCommand.self, ClusterCommand.self, ArrayCommand.self,
        JobServerCommand.self,
      ]
    #else
      []
    #endif
  }

  /// Runs the command that the arguments name.
  ///
  /// Bad input prints one line and exits with status 2.
  static func main() {
    #if Cluster
      Cluster.enter(functions: ToolFunctions.named)
      let status = status()
      ToolCluster.stop()
    #else
      WorkerProcesses.enter()
      let status = status()
    #endif
    if status != 0 { Foundation.exit(status) }
  }

  /// Runs the command, and returns the exit status.
  private static func status() -> Int32 {
    SelectionWarningStorage.silence()  // the commands that use a library say so as an error
    do {
      let words = Self.words(CommandLine.arguments)
      try checkCommands(words)
      var command = try parseAsRoot(words)
      Warnings.print()
      try command.run()
      return 0
    } catch let error as ToolError {
      Terminal.complain(error.message)
      return error.status
    } catch let error as RemoteFailure {
      Terminal.complain(error.description)
      return ToolError.failed
    } catch let error as WorkerError {
      Terminal.complain(error.message)
      return error.code == .checkpoint ? ToolError.badInput : ToolError.failed
    } catch let error as TableError {
      Terminal.complain(error.message)
      return ToolError.badInput
    } catch {
      #if Cluster
        if let error = error as? ClusterError {
          Terminal.complain(error.message)
          return ToolError.failed
        }
      #endif
      if exitCode(for: error).isSuccess { exit(withError: error) }
      Terminal.complain(message(for: error))
      return ToolError.badInput
    }
  }

  /// The words behind the program's name; as `ppserver`, a link to this program, it is that command.
  private static func words(_ arguments: [String]) -> [String] {
    let isServer = arguments.first.map { $0 == "ppserver" || $0.hasSuffix("/ppserver") } ?? false
    return (isServer ? ["ppserver"] : []) + arguments.dropFirst()
  }

  /// Answers an unknown command with those that exist and the nearest of them.
  private static func checkCommands(_ arguments: [String]) throws {
    var current: any ParsableCommand.Type = ApusCommand.self
    for word in arguments {
      let subcommands = current.configuration.subcommands
      let names = subcommands.map { $0.configuration.commandName ?? "" }
      if let index = names.firstIndex(of: word) {
        current = subcommands[index]
        continue
      }
      let isCommand = !names.isEmpty && !word.hasPrefix("-") && word != "help"
      guard isCommand, current.configuration.defaultSubcommand == nil else { return }
      let hint = NearestWord.hint(word, among: names)
      throw ToolError.input(
        "There is no command \(word)\(hint)\(hint.isEmpty ? "; the" : " The") commands are \(names.joined(separator: ", "))."
      )
    }
  }
}
