// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusJobServer
  import ApusParallel
  import ApusProcess
  import ArgumentParser
  import Foundation

  /// The command `apus ppserver`, also as `ppserver`.
  struct JobServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ppserver",
      abstract: "Run the jobs of Parallel Python's clients (ppft and pp).",
      discussion: """
        Takes the flags of ppserver. Where ppft and pp differ: without -p both sides of pp use port \
        60000, as this server does, and those of ppft each a random one, so name :60000 in a client \
        of ppft. A client refuses a server of another version than its own: this server has that of \
        the package in --python. With a secret of its own it listens at all addresses, as ppserver \
        does; with the one that everybody knows at 127.0.0.1 only.
        """)

    @Option(
      name: .customShort("s", allowingJoined: true),
      help:
        "The secret. All users of the machine can see it here: --secret-file or PP_SECRET keep it.")
    var secret: String?
    @Option(help: "A file of mode 0600 whose first line is the secret.") var secretFile: String?
    @Option(
      name: .customShort("w", allowingJoined: true),
      help: "The number of worker processes, at most 200. (default: the cores)")
    var workers: Int?
    @Option(
      name: .customShort("p", allowingJoined: true),
      help: "The port, of TCP and of discovery. (default: 60000)")
    var port: Int?
    @Option(name: .customShort("i", allowingJoined: true), help: "The address to listen at.")
    var interface: String?
    @Flag(name: .customShort("a"), help: "Let clients in the network find this server.")
    var autodiscovery = false
    @Option(
      name: .customShort("b", allowingJoined: true),
      help: "Where announcements are sent. (default: 255.255.255.255)")
    var broadcast: String?
    @Option(
      name: .customShort("t", allowingJoined: true),
      help: "End after so many seconds without a client.")
    var timeout: Double?
    @Option(
      name: .customShort("k", allowingJoined: true),
      help: "End a connection that says nothing for so many seconds. (default: 3600)")
    var socketTimeout: Double?
    @Flag(name: .customShort("r"), help: "Start a new worker process for each job.")
    var restart = false
    @Option(
      name: .customShort("n", allowingJoined: true),
      help: "The protocol of pickle for results. (default: 2 for ppft, 4 for pp)")
    var proto: Int?
    @Flag(name: .customShort("d"), help: "Print what happens on the standard error.")
    var debug = false
    @Option(
      name: .customShort("f", allowingJoined: true),
      help: "The form of these lines, as Python's logging takes it.")
    var format: String?
    @Option(
      name: .customShort("P", allowingJoined: true), help: "A file for the number of this process.")
    var pidFile: String?
    @Option(
      name: .customShort("c", allowingJoined: true),
      help: "A configuration file of ppserver; flags override it.")
    var configFile: String?
    @Flag(name: .customShort("q"), help: "Print nothing at the start.") var quiet = false
    @Option(
      help: "The Python of the workers. (default: that of the active environment, then python3)")
    var python: String?
    @Option(help: "Say to be of this version of the client's package.") var announce: String?

    func run() throws {
      let choice: JobServerChoice
      do {
        choice = try JobServerChoice(self, environment: ProcessInfo.processInfo.environment)
      } catch let error as JobServerError {
        throw ToolError.input(error.description)
      }
      for warning in choice.warnings { Terminal.complain(warning) }
      try JobServerRun(choice).run()
    }
  }
#endif
