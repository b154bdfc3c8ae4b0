// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusTransport
  import ApusWorkers
  import Foundation

  /// Submits a job array, and writes down what it has submitted.
  struct ArraySubmission {
    let folder: String
    private let environment = ProcessInfo.processInfo.environment

    init(folder: String) { self.folder = folder }

    private func commands(_ system: BatchSystem) -> JobCommands {
      JobCommands(system, environment: environment, folder: "\(folder)/log")
    }

    /// Submits the program, whose tasks are shared in this way.
    ///
    /// - Returns: what to tell the user.
    func submit(_ record: inout ArrayRecord, _ share: ArrayShare) throws -> String {
      let job = record.nextJob(in: folder, chunks: share.chunks)
      try checkLimit(record, job.chunks)
      try FileManager.default.createDirectory(
        atPath: "\(folder)/log", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try Profile.write(
        Array(share.text.utf8), to: ArrayFolder(folder).share(submission: job.submission),
        mode: 0o600)
      record.submissions.append(
        .init(number: job.submission, chunks: job.chunks, name: job.name))
      // The name is written down before there could be a job of it.
      try record.write(folder)
      let said: String
      switch record.scheduler {
      case "local": said = try LocalArrayRun(job, folder: folder).run()
      case "kubernetes": said = try writeManifest(record, job)
      default: said = try submit(job, &record)
      }
      try record.write(folder)
      return said
    }

    private func checkLimit(_ record: ArrayRecord, _ chunks: Int) throws {
      guard let system = record.system, system.limitCommand != nil,
        let most = JobCommands(
          system, environment: environment, folder: NSTemporaryDirectory()
        ).mostElements(), chunks > most
      else { return }
      throw ToolError.input(
        "\(system.name) takes arrays of at most \(most) elements here: give --chunks \(most), or fewer."
      )
    }

    private func submit(_ job: ArrayJob, _ record: inout ArrayRecord) throws -> String {
      guard let system = record.system else {
        throw ToolError.input("There is no scheduler \(record.scheduler).")
      }
      let group = job.group(system, environment: environment)
      do {
        let id = try commands(system).submit(group) { Terminal.complain($0) }
        let place = record.submissions.count - 1
        (record.submissions[place].job, record.submissions[place].cluster) = (id.number, id.cluster)
        return
          "job \(id) was submitted with \(job.chunks) chunks; follow it with apus array status"
      } catch let error as LaunchError {
        throw ToolError.failure("\(error)")
      }
    }

    private func writeManifest(_ record: ArrayRecord, _ job: ArrayJob) throws -> String {
      let path = "\(folder)/job-\(job.submission).json"
      try Profile.write(
        Array(try ArrayRendering.manifest(record, job).utf8), to: path, mode: 0o600)
      return "the manifest is written: kubectl apply -f \(path)"
    }

    // MARK: Afterwards

    /// What the scheduler says of a submission; nil if it has no scheduler.
    func state(of submission: ArrayRecord.Submission, _ record: ArrayRecord) -> String? {
      guard let system = record.system, let id = id(of: submission, system) else { return nil }
      return commands(system).summaries(of: [id], cluster: submission.cluster)[id]
    }

    /// The number of its job; one that was not written down is looked for by its name.
    private func id(
      of submission: ArrayRecord.Submission, _ system: BatchSystem
    ) -> JobID? {
      if let number = submission.job { return JobID(number, cluster: submission.cluster) }
      return commands(system).job(named: submission.name)
    }

    /// Whether elements of a submission may still run, also because the scheduler does not answer.
    func isRunning(_ submission: ArrayRecord.Submission, _ record: ArrayRecord) -> Bool {
      guard let state = state(of: submission, record) else { return false }
      return state != JobCommands.goneText && !state.hasSuffix(" ended")
        || ["running", "pending", "ending"].contains { state.contains($0) }
    }

    /// Ends a submission's job.
    ///
    /// - Returns: what the scheduler says if it has not ended; nil if it has, or there is none.
    func cancel(_ submission: ArrayRecord.Submission, _ record: ArrayRecord) -> String? {
      guard let system = record.system, let id = id(of: submission, system) else { return nil }
      return commands(system).cancel([id], cluster: submission.cluster, within: .seconds(15))[id]
    }
  }

  /// Renders what would be submitted.
  enum ArrayRendering {
    static func manifest(_ record: ArrayRecord, _ job: ArrayJob) throws -> String {
      guard let pod = record.pod else { throw ToolError.input("the array has no image") }
      // Within the pods the volume is all that there is.
      var job = ArrayJob(
        program: job.program, directory: pod.mount,
        folder: "\(pod.mount)/\(URL(filePath: job.folder).lastPathComponent)",
        submission: job.submission, chunks: job.chunks, name: job.name)
      job.resources = record.resources.value
      let rendered = KubernetesJob(job, image: pod.image, claim: pod.claim, mount: pod.mount)
      if let problem = rendered.problem { throw ToolError.input(problem) }
      return rendered.manifest
    }

    /// The script of a scheduler, or the commands that would be run.
    static func text(_ record: ArrayRecord, _ job: ArrayJob) throws -> String {
      if record.scheduler == "kubernetes" { return try manifest(record, job) }
      guard let system = record.system else {
        return (0..<job.chunks).map { job.command("\($0)") }.joined(separator: "\n")
      }
      let group = job.group(system, environment: [:])
      let script = (group.input ?? "").split(separator: "\n").filter { $0 != "#" }
      let words = group.command.joined(separator: " ")
      return (["# \(words), with this script:"] + script.map(String.init)).joined(separator: "\n")
    }
  }
#endif
