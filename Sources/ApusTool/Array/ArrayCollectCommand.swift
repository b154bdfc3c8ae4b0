// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusWorkers
  import ArgumentParser

  struct ArrayCollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "collect",
      abstract: "Put the results of a job array into the checkpoint of its map.",
      discussion: """
        What chunks have computed so far is taken, also while they run. The exit status is 0 if all \
        tasks have a result, and 1 if some are missing. With --resubmit a new job computes these, \
        and no other.
        """)

    @OptionGroup var folder: ArrayFolderOption
    @Flag(help: "Submit a job for the tasks that are missing.") var resubmit = false
    @Option(help: "The most chunks of that job. (default: as many as before)") var chunks: Int?
    @Flag(help: "Submit it though an earlier job may still run, which then computes some twice.")
    var force = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
      if let chunks, chunks < 1 { throw ValidationError("--chunks must be a number from 1 on") }
      if !resubmit && (chunks != nil || force) {
        throw ValidationError("--chunks and --force go with --resubmit")
      }
    }

    func run() throws {
      let path = folder.path
      _ = try ArrayRecord.existing(path)
      let lock = try ArrayPath.lock(path)
      defer { withExtendedLifetime(lock) {} }
      var record = try ArrayRecord.existing(path)
      let files = ArrayFolder(path)
      let taken = try ArrayMap.merge(files)
      let maps = try ArrayMap.all(in: files)
      try ArrayReport(record, maps, folder: path, taken: taken).print(asJSON: json)
      if try submitMissing(&record, maps, path) { return }
      try ArrayMap.removeShards(of: maps, in: files)
      let missing = maps.reduce(0) { $0 + $1.missing.count }
      if missing > 0 {
        throw ToolError.failure(
          "\(missing) tasks have no result: apus array collect --resubmit computes them.")
      }
      if maps.isEmpty || maps.contains(where: { $0.count == nil }) {
        throw ToolError.failure(
          "No chunk has written anything yet; what they said is in \(path)/log.")
      }
    }

    /// - Returns: whether something was submitted.
    private func submitMissing(
      _ record: inout ArrayRecord, _ maps: [ArrayMap], _ path: String
    ) throws -> Bool {
      guard resubmit else { return false }
      let incomplete = maps.first { !$0.isComplete }
      if incomplete == nil && !maps.isEmpty { return false }
      let submission = ArraySubmission(folder: path)
      if !force, let running = record.submissions.first(where: { submission.isRunning($0, record) })
      {
        throw ToolError.failure(
          "Job \(running.job ?? running.name) may still compute some of them: wait for it, end it with apus array cancel, or give --force."
        )
      }
      let count = chunks ?? record.chunks
      let share =
        incomplete.flatMap { map in
          map.count.map { _ in ArrayShare(missing: map.missing, of: map.name, chunks: count) }
        }
        ?? ArrayShare(chunks: count)
      let said = try submission.submit(&record, share)
      if !json { try Terminal.say(said) }
      return true
    }
  }
#endif
