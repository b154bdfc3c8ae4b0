// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ArgumentParser

  /// The command `apus array`.
  struct ArrayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "array",
      abstract: "Run a program as a job array, where no interactive cluster is allowed.",
      discussion: """
        The same program runs once for each chunk. Its first map with a checkpoint that lacks tasks \
        computes the tasks of the chunk, keeps their results in a shard, and ends the program. \
        collect puts the results of all shards into the checkpoint; then the program itself, run as \
        always, finds them there and goes on. Random numbers go by the indices of tasks, so that the \
        results are those of any other run, bit for bit.
        """,
      subcommands: [
        ArraySubmitCommand.self, ArrayStatusCommand.self, ArrayCollectCommand.self,
        ArrayCancelCommand.self,
      ])
  }

  /// The folder of an array.
  struct ArrayFolderOption: ParsableArguments {
    @Option(
      help:
        "The folder of the array, which program and nodes can reach: shards, logs, what was submitted."
    )
    var folder = "apus-array"

    var path: String { ArrayPath.absolute(folder) }
  }
#endif
