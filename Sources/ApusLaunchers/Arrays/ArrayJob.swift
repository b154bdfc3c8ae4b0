// Part of Apus, Apache-2.0. See LICENSE.

/// A program that runs once for each element of a job array; a value without side effects.
package struct ArrayJob: Sendable, Hashable {
  /// The program and its arguments.
  package let program: [String]
  /// The folder in which it runs.
  package let directory: String
  /// The folder of the array, with the shards.
  package let folder: String
  /// How often the array was submitted before, and once more.
  package let submission: Int
  /// The number of elements.
  package let chunks: Int
  /// The name by which the scheduler knows the job.
  package let name: String
  package var resources = EngineResources()
  /// Variables that elements have where their scheduler does not pass on the environment.
  package var environment: [String: String] = [:]

  package init(
    program: [String], directory: String, folder: String, submission: Int, chunks: Int,
    name: String
  ) {
    (self.program, self.directory, self.folder) = (program, directory, folder)
    (self.submission, self.chunks, self.name) = (submission, chunks, name)
  }

  /// The start of the paths of logs.
  private var log: String { "\(folder)/log/\(submission)" }

  /// The variables by which the program knows what it computes, but for the number of the element.
  package var variables: [(name: String, value: String)] {
    let cores = "\(resources.cores ?? 1)"
    return [("APUS_ARRAY", folder), ("APUS_SUBMISSION", "\(submission)")]
      + ClusterPlan.threadVariables.map { ($0, cores) }
  }

  /// A command of the shell that becomes the program.
  ///
  /// - Parameter number: the number of the element, from 0 on, for the shell.
  package func command(_ number: String, passing environment: [String: String] = [:]) -> String {
    let passed = environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let words = (variables.map { ($0.name, $0.value) } + passed).map { name, value in
      "\(name)=\(EngineMark.quoted(value))"
    }
    let program = program.map(EngineMark.quoted).joined(separator: " ")
    return
      "cd \(EngineMark.quoted(directory)) && exec env \(words.joined(separator: " ")) APUS_CHUNK=\(number) \(program)"
  }

  /// The submission of this job.
  ///
  /// - Parameter environment: that of the submit command.
  package func group(_ system: BatchSystem, environment: [String: String]) -> EngineGroup {
    let number = system.isDescription ? "$K" : "$((K - 1))"
    var values = BatchSystem.Values(
      name: name, count: chunks, log: log,
      command: command(number, passing: system.passesEnvironment ? [:] : self.environment))
    (values.queue, values.account) = (resources.queue, resources.account)
    (values.time, values.memory) = (resources.time, resources.memory)
    (values.cores, values.options) = (resources.cores, resources.options)
    var group = EngineGroup(
      name: "the array", count: chunks, command: system.submit, environment: environment,
      outputs: ["\(log)-*.log"])
    (group.input, group.batch, group.jobName) = (system.script(values), system, name)
    return group
  }
}
