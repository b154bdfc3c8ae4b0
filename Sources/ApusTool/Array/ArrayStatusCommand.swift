// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusWorkers
  import ArgumentParser

  struct ArrayStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Show how far a job array is. Nothing is changed.")

    @OptionGroup var folder: ArrayFolderOption
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
      let record = try ArrayRecord.existing(folder.path)
      let maps = try ArrayMap.all(in: ArrayFolder(folder.path))
      try ArrayReport(record, maps, folder: folder.path, taken: [:]).print(asJSON: json)
    }
  }

  struct ArrayCancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel",
      abstract: "End the jobs of an array. What they have computed is kept.")

    @OptionGroup var folder: ArrayFolderOption

    func run() throws {
      let record = try ArrayRecord.existing(folder.path)
      let submission = ArraySubmission(folder: folder.path)
      for entry in record.submissions where submission.isRunning(entry, record) {
        if let said = submission.cancel(entry, record) {
          throw ToolError.failure("job \(entry.job ?? entry.name) has not ended: \(said)")
        }
        try Terminal.say("job \(entry.job ?? entry.name) was cancelled")
      }
    }
  }
#endif
