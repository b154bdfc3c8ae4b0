// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ApusTransport
  import ApusWorkers
  import Foundation

  /// What is written down of a job array: the program, and each submission.
  struct ArrayRecord: Codable {
    /// One submission of the program as a job array.
    struct Submission: Codable {
      let number: Int
      let chunks: Int
      let name: String
      /// The scheduler's number of the job; nil if it has none, or was not submitted.
      var job: String?
      var cluster: String?
    }

    /// The word after `--scheduler`.
    let scheduler: String
    let program: [String]
    let directory: String
    let resources: Resources
    /// Of Kubernetes; nil for others.
    let pod: Pod?
    /// The number of elements of the first submission, and the most of those that follow.
    let chunks: Int
    var submissions: [Submission] = []

    struct Resources: Codable {
      var queue: String?
      var account: String?
      var time: String?
      var memory: String?
      var cores: Int?
      var options: [String] = []

      var value: EngineResources {
        var value = EngineResources()
        (value.queue, value.account, value.time) = (queue, account, time)
        (value.memory, value.cores, value.options) = (memory, cores, options)
        return value
      }
    }

    struct Pod: Codable {
      let image: String
      let claim: String
      let mount: String
    }

    var system: BatchSystem? { BatchSystem.forArrays.first { $0.name == scheduler } }

    static func path(in folder: String) -> String { "\(folder)/array.json" }

    /// Reads the record of a folder; nil if it has none.
    static func read(_ folder: String) throws -> ArrayRecord? {
      let path = path(in: folder)
      guard let data = FileManager.default.contents(atPath: path) else { return nil }
      do {
        return try JSONDecoder().decode(ArrayRecord.self, from: data)
      } catch {
        throw ToolError.input("\(path) is damaged, or is no array of this version: \(error)")
      }
    }

    /// The record of a folder.
    ///
    /// - Throws: ``ToolError`` if there is none.
    static func existing(_ folder: String) throws -> ArrayRecord {
      guard let record = try read(folder) else {
        throw ToolError.input(
          "There is no array in \(folder): submit one with apus array submit, or name its folder with --folder."
        )
      }
      return record
    }

    func write(_ folder: String) throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try Profile.write(
        Array(try encoder.encode(self)), to: Self.path(in: folder), mode: 0o600)
    }

    /// The next submission, as a job.
    func nextJob(in folder: String, chunks: Int) -> ArrayJob {
      let number = (submissions.last?.number ?? 0) + 1
      // Letters only, since some schedulers and Kubernetes refuse others.
      let mark = String((0..<6).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" })
      var job = ArrayJob(
        program: program, directory: directory, folder: folder, submission: number,
        chunks: chunks, name: "apus-array-\(mark)")
      job.resources = resources.value
      for name in ["PATH", "LD_LIBRARY_PATH", "HOME", "VIRTUAL_ENV"] {
        job.environment[name] = ProcessInfo.processInfo.environment[name]
      }
      return job
    }
  }

  /// The folder of an array, as the commands name it.
  enum ArrayPath {
    static func absolute(_ path: String) -> String {
      URL(filePath: path).standardizedFileURL.path
    }

    /// Makes sure that no other command changes an array as long as the lock is held.
    ///
    /// - Throws: ``ToolError`` if another one does.
    static func lock(_ folder: String) throws -> FileLock {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      guard let lock = try FileLock(path: folder + "/lock") else {
        throw ToolError.failure(
          "Another apus array is at work on \(folder): try again when it is done.")
      }
      return lock
    }
  }
#endif
