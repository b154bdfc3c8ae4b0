// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import ApusWire
import ArgumentParser
import Foundation
import SimulatedCluster

/// Puts load on any controller that speaks IPython Parallel's protocol, with simulated engines and a client
/// without futures.
@main
struct ControllerLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controller-load",
    abstract: "Simulate engines and clients for a controller of IPython Parallel's protocol.",
    subcommands: [EnginesCommand.self, TasksCommand.self, BroadcastsCommand.self])
}

/// The connection files in a folder.
struct ConnectionFolder: ParsableArguments {
  @Argument(help: "The profile's folder security. (default: $IPP_PROFILE_DIR/security)")
  var folder: String?

  func file(_ side: ConnectionFile.Side) throws -> ConnectionFile {
    let environment = ProcessInfo.processInfo.environment
    guard let folder = folder ?? environment["IPP_PROFILE_DIR"].map({ $0 + "/security" }) else {
      throw ValidationError("name the profile's folder security, or set IPP_PROFILE_DIR")
    }
    let path =
      folder + "/" + ConnectionFile.name(side, clusterID: environment["IPP_CLUSTER_ID"] ?? "")
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("cannot read \(path)")
    }
    return try ConnectionFile(Array(data), side: side)
  }
}

struct EnginesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engines", abstract: "Simulate engines until standard input ends.")

  @OptionGroup var connection: ConnectionFolder
  @Option(name: .customShort("n"), help: "The number of engines.") var count = 4
  @Flag(help: "Publish when each request begins and ends.") var publish = false
  @Flag(help: "Serve until the process is ended, even if standard input ends.")
  var untilStopped = false

  func run() throws {
    OpenFileLimit.raise()
    let context = try TransportContext()
    let engines = try SimulatedEngines(count, connection.file(.engine), in: context)
    engines.publishes = publish
    let clock = MonotonicClock()
    let start = clock.now
    try engines.register(within: .seconds(120))
    let seconds = start.duration(to: clock.now).seconds
    let line = #"{"engines": \#(count), "registered_s": \#(seconds)}"# + "\n"
    try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    let end = EndOfInput()
    if !untilStopped { end.listen() }
    while !end.hasEnded { try engines.serve(milliseconds: 100) }
  }
}

struct TasksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "Submit no-op tasks and count the replies.")

  @OptionGroup var connection: ConnectionFolder
  @Option(name: .customShort("n"), help: "The number of tasks.") var count = 10_000
  @Option(help: "The most unanswered tasks at a time; 1 measures latency.") var window = 1000
  @Option(help: "Wait for this many engines first.") var wait = 1

  func run() throws {
    let context = try TransportContext()
    let load = try TaskLoad(connection.file(.client), in: context)
    try load.waitForEngines(wait)
    print(try load.run(count: count, window: window).json)
  }
}

struct BroadcastsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broadcasts",
    abstract: "Send coalescing broadcasts to all engines, one after another.")

  @OptionGroup var connection: ConnectionFolder
  @Option(name: .customShort("n"), help: "The number of broadcasts.") var count = 100
  @Option(help: "Wait for this many engines first.") var wait = 1

  func run() throws {
    let context = try TransportContext()
    let load = try TaskLoad(connection.file(.client), in: context)
    try load.waitForEngines(wait)
    print(try load.broadcast(count: count).json)
  }
}
