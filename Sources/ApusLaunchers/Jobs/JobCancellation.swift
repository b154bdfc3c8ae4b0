// Part of Apus, Apache-2.0. See LICENSE.

/// Ends the jobs of a cluster, all at once.
struct JobCancellation {
  /// How long a scheduler has to end jobs, whose processes get some time between two signals.
  private static let grace = Duration.seconds(45)

  /// The folder for answers of commands.
  let folder: String

  /// Ends jobs, and waits for their end.
  ///
  /// - Returns: those that could not be ended, with what their scheduler says.
  func cancel(_ jobs: [ClusterFile.Job]) -> [String] {
    Dictionary(grouping: jobs, by: \.system).sorted { $0.key < $1.key }.flatMap { name, jobs in
      guard let system = BatchSystem.named(name) else {
        return jobs.map { "job \($0.id) (its scheduler \(name) is not known)" }
      }
      let commands = JobCommands(system, environment: LauncherEnvironment.all, folder: folder)
      return cancel(jobs, commands)
    }
  }

  private func cancel(_ jobs: [ClusterFile.Job], _ commands: JobCommands) -> [String] {
    var (numbers, left): ([JobID], [String]) = ([], [])
    for job in jobs {
      guard job.id.number.isEmpty else {
        numbers.append(job.id)
        continue
      }
      // One that was about to be submitted, or a step, is known by its name only.
      switch commands.find(job.name) {
      case .absent: break
      case .unknown(let text): left.append("job \(job.name) (\(text))")
      case .job(let id) where id.number.contains("."):
        let said = commands.cancelStep(id, name: job.name, within: Self.grace)
        left += said.map { ["step \(id) (\($0))"] } ?? []
      case .job(let id): numbers.append(id)
      }
    }
    for (cluster, jobs) in Dictionary(grouping: numbers, by: \.cluster) {
      let rest = commands.cancel(jobs, cluster: cluster, within: Self.grace)
      left += rest.map { "job \($0.key) (\($0.value))" }.sorted()
    }
    return left
  }
}
