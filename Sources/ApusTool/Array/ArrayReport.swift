// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusWorkers

  /// How far a job array is: its jobs and its maps.
  struct ArrayReport: Report {
    struct Job: Encodable {
      let submission: Int
      let job: String?
      let name: String
      let chunks: Int
      let state: String?
    }

    struct Map: Encodable {
      let checkpoint: String
      let tasks: Int?
      /// Results in the checkpoint, and results that only shards have.
      let collected: Int
      let inShards: Int
      /// Results that were taken from shards now.
      let taken: Int
      /// The tasks without a result, as ranges: `0-4 9`.
      let missing: String
      let missingCount: Int
      let failures: [CheckpointSummary.Failure]
      /// Shards whose end is torn.
      let damaged: [String]
    }

    let scheduler: String
    let program: [String]
    let jobs: [Job]
    let maps: [Map]

    init(
      _ record: ArrayRecord, _ maps: [ArrayMap], folder: String, taken: [String: Int]
    ) {
      let submission = ArraySubmission(folder: folder)
      scheduler = record.scheduler
      program = record.program
      jobs = record.submissions.map { entry in
        Job(
          submission: entry.number, job: entry.job, name: entry.name, chunks: entry.chunks,
          state: submission.state(of: entry, record))
      }
      self.maps = maps.map { map in
        Map(
          checkpoint: map.checkpoint, tasks: map.count, collected: map.collected.count,
          inShards: map.waiting.count, taken: taken[map.name] ?? 0, missing: map.missing.text,
          missingCount: map.missing.count, failures: map.failures, damaged: map.damaged)
      }
    }

    /// The most characters of a list of tasks.
    private static let longest = 300

    private func lines(_ map: Map) -> [String] {
      let count = map.tasks.map { "\($0)" } ?? "?"
      let now = map.taken > 0 ? ", \(map.taken) of them new" : ""
      let others = map.inShards > 0 ? ", \(map.inShards) more in shards" : ""
      var lines = [
        "\(map.checkpoint)  \(map.collected) of \(count) tasks\(now)\(others), \(map.failures.count) failed"
      ]
      if map.missingCount > 0 {
        let isLong = map.missing.count > Self.longest
        let shown = isLong ? map.missing.prefix(Self.longest) + " …" : map.missing[...]
        lines.append("  \(map.missingCount) missing: \(shown)")
      }
      lines += map.failures.prefix(20).map { failure in
        let stream = failure.streamLine.map { "; \($0)" } ?? ""
        return "  task \(failure.index), attempt \(failure.attempt): \(failure.cause)\(stream)"
      }
      if map.failures.count > 20 { lines.append("  and \(map.failures.count - 20) more failures") }
      return lines + map.damaged.map { "  \($0) is torn at its end; what is before it counts" }
    }

    var text: String {
      let heads = jobs.map { job in
        let number = job.job.map { "job \($0)" } ?? job.name
        return "\(scheduler), \(number): \(job.chunks) chunks" + (job.state.map { ", \($0)" } ?? "")
      }
      return (heads + maps.flatMap { lines($0) }).joined(separator: "\n")
    }
  }
#endif
