// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusWorkers
  import ArgumentParser
  import Foundation

  struct ArraySubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "submit",
      abstract: "Submit a program as a job array.",
      usage: "apus array submit [options] -- PROGRAM ARGUMENT ...",
      discussion: """
        The program is one that maps with a checkpoint, such as apus map --checkpoint or your own. \
        Chunk i of n computes the tasks i, i + n, i + 2n and so on. With --scheduler local the \
        chunks run here, and the command waits for them; for Kubernetes it writes a manifest.
        """)

    @OptionGroup var folder: ArrayFolderOption
    @Option(help: "slurm, hq, sge, pbs, lsf, htcondor, kubernetes, or local for this machine.")
    var scheduler = "slurm"
    @Option(help: "The number of chunks. (default: 16, or the number of tasks if that is smaller)")
    var chunks: Int?
    @Option(help: "The number of tasks, if it is known: there are no more chunks than tasks.")
    var tasks: Int?
    @Option(name: [.long, .customLong("queue")], help: "The partition or queue of the job.")
    var partition: String?
    @Option(help: "The account or project that the job is charged to.") var account: String?
    @Option(help: "The time limit of a chunk, as the scheduler writes it: 02:00:00.")
    var time: String?
    @Option(help: "The memory of a chunk, as the scheduler writes it: 4G.") var memory: String?
    @Option(help: "The number of cores of a chunk. (default: 1)") var cores: Int?
    @Option(
      name: .customLong("scheduler-option"), parsing: .unconditionalSingleValue,
      help: "An option of the scheduler, such as --qos=short; may be repeated.")
    var schedulerOptions: [String] = []
    @Option(help: "For Kubernetes: the image that has the program.") var image: String?
    @Option(help: "For Kubernetes: the claim of the volume with the checkpoints.")
    var claim = "apus-array"
    @Option(help: "For Kubernetes: where pods mount the volume, and run the program.")
    var mount = "/data"
    @Flag(help: "Print what would be submitted, and submit nothing.") var dryRun = false
    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments, after --.")
    var words: [String] = []

    private static let schedulers = BatchSystem.forArrays.map(\.name) + ["kubernetes", "local"]

    func validate() throws {
      guard Self.schedulers.contains(scheduler) else {
        throw ValidationError(
          "--scheduler must be one of \(Self.schedulers.joined(separator: ", ")), not \(scheduler)")
      }
      for (name, value) in [("chunks", chunks), ("tasks", tasks), ("cores", cores)] {
        guard (1...10_000_000).contains(value ?? 1) else {
          throw ValidationError("--\(name) must be a number from 1 to 10000000")
        }
      }
      if (scheduler == "kubernetes") != (image != nil) {
        throw ValidationError(
          image == nil
            ? "--scheduler kubernetes needs the image that has the program: --image"
            : "--image is for --scheduler kubernetes")
      }
      let lines = [partition, account, time, memory].compactMap { $0 } + schedulerOptions
      if lines.contains(where: { $0.contains("\n") }) {
        throw ValidationError("options for the scheduler must be one line each")
      }
    }

    func run() throws {
      var program = words
      if program.first == "--" { program.removeFirst() }
      guard !program.isEmpty else {
        throw ToolError.input("The program is missing: apus array submit [options] -- PROGRAM")
      }
      let path = folder.path
      if let record = try ArrayRecord.read(path) {
        let last = record.submissions.last.map { ", submitted as \($0.name)" } ?? ""
        throw ToolError.input(
          "\(folder.folder) has an array of \(record.program.joined(separator: " "))\(last): go on with apus array collect --resubmit, or name another --folder."
        )
      }
      if scheduler != "kubernetes" { program[0] = try Self.resolved(program[0]) }
      try checkResources(path)
      let count = min(chunks ?? 16, tasks ?? .max)
      var record = ArrayRecord(
        scheduler: scheduler, program: program,
        directory: FileManager.default.currentDirectoryPath,
        resources: resources,
        pod: image.map { .init(image: $0, claim: claim, mount: mount) }, chunks: count)
      if dryRun {
        try Terminal.say(
          try ArrayRendering.text(record, record.nextJob(in: path, chunks: count)))
        return
      }
      if scheduler == "kubernetes" {
        // What is wrong is said before anything is written.
        _ = try ArrayRendering.manifest(record, record.nextJob(in: path, chunks: count))
      }
      let lock = try ArrayPath.lock(path)
      try withExtendedLifetime(lock) {
        // Another one may have been quicker.
        guard try ArrayRecord.read(path) == nil else {
          throw ToolError.failure("Another array was submitted with the folder \(folder.folder).")
        }
        try Terminal.say(
          try ArraySubmission(folder: path).submit(&record, ArrayShare(chunks: count)))
      }
    }

    private var resources: ArrayRecord.Resources {
      ArrayRecord.Resources(
        queue: partition, account: account, time: time, memory: memory, cores: cores,
        options: schedulerOptions)
    }

    private func checkResources(_ path: String) throws {
      guard let system = BatchSystem.forArrays.first(where: { $0.name == scheduler }) else {
        return
      }
      if let option = system.unsupported(resources.value).first {
        throw ToolError.input(
          "\(system.name) has no --\(option == "queue" ? "partition" : option); give an option of its own with --scheduler-option"
        )
      }
      guard path.allSatisfy({ !$0.isWhitespace && !"%*$\"':".contains($0) }) else {
        throw ToolError.input(
          "the folder is a part of the job's script and must have no spaces, quotes, %, : or *: \(path)"
        )
      }
    }

    /// The path of a program, which is the same on all nodes.
    private static func resolved(_ word: String) throws -> String {
      let files = FileManager.default
      if word.contains("/") {
        let path = ArrayPath.absolute(word)
        guard files.isExecutableFile(atPath: path) else {
          throw ToolError.input("\(path) is not a program.")
        }
        return path
      }
      let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
      let found = folders.map { "\($0)/\(word)" }.first { files.isExecutableFile(atPath: $0) }
      guard let found else { throw ToolError.input("There is no program \(word) in PATH.") }
      return found
    }
  }
#endif
