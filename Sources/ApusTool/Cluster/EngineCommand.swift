// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ArgumentParser
  import Foundation

  /// The command `apus engine`, which takes the options of `ipengine`.
  struct EngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "engine",
      abstract: "Join a controller, Apus's or that of IPython Parallel, and run tasks of apus.",
      discussion: """
        The engine runs the tasks of apus pi, means, forest and map with --on cluster. For the functions of a \
        program of your own start that: ./program --apus-engine, with the same options.
        """)

    @Argument(parsing: .captureForPassthrough, help: "The options of ipengine.")
    var words: [String] = []

    func run() throws {
      let status = Cluster.runEngine(words, version: ToolVersion.current)
      if status != 0 { Foundation.exit(status) }
    }
  }
#endif
