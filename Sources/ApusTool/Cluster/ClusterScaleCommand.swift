// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusTransport
  import ApusWire
  import ArgumentParser

  struct ClusterScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "scale",
      abstract: "Keep a number of engines of a cluster that starts them on demand.",
      discussion: """
        The cluster was started with --max. The number takes the place of its --min until it is set \
        again: use it before interactive work, so that ipyparallel.Client()[:] finds its engines, \
        and set it to 0 afterwards.
        """)

    @OptionGroup var choice: ClusterChoice
    @Argument(help: "The number of engines to keep, at most --max.") var engines: Int

    func validate() throws {
      guard (0...65_536).contains(engines) else {
        throw ValidationError("the number of engines must be from 0 to 65536")
      }
    }

    func run() throws {
      let connection = try ClientConnection(
        try choice.profileFiles.readConnectionFile(.client))
      connection.timeout = .seconds(10)
      guard
        let answer = try connection.ask(
          "apus_keep_request", JSONText(["engines": .integer(engines)]))
      else { throw ToolError.failure("the controller does not answer") }
      if answer.content["status"]?.string != "ok" {
        throw ToolError.input(
          answer.content["evalue"]?.string ?? "the controller does not know this request")
      }
      print("\(engines) engine\(engines == 1 ? " is" : "s are") kept from now on")
    }
  }
#endif
