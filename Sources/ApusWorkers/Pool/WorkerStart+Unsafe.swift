// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkerSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The strings and arrays that posix_spawn reads live until it returns.

/// How a pool's workers are started.
struct WorkerStart {
  /// The program, and the arguments before those of a worker.
  var program: String
  var workers: Int
  var coreCount: Int
  /// The long arrays that the function has captured.
  var arrays: SharedArrayFile
  /// Whether workers run this program.
  let isOwnProgram: Bool

  /// - Parameters:
  ///   - count: the number of workers, which share this process's cores; nil for one for each core.
  ///   - program: what they run; nil for this program.
  ///   - arrays: those that the function has captured.
  /// - Throws: ``WorkerError`` if this program cannot be its own worker.
  init(_ count: Int?, _ program: String?, _ arrays: SharedArrayFile) throws {
    self.arrays = arrays
    let budget = ThreadBudget.current.count
    workers = count ?? budget
    isOwnProgram = program == nil
    self.program = try program ?? WorkerProcesses.ownProgram()
    coreCount = max(1, budget / workers)
  }

  /// Starts one worker.
  func start(_ number: Int, memory: SharedMemory, poolBell: Bell) throws -> Worker {
    let control = memory.base + RingLayout.control(of: number)
    // The words only: what rings held before is not read.
    memset(control, 0, RingLayout.controlByteCount)
    for ring in [RingLayout.down(to: number), RingLayout.up(from: number)] {
      memset(memory.base + ring, 0, RingLayout.data)
    }
    let bell = try Bell()
    var ends: [Int32] = [-1, -1]
    guard apus_pipe(&ends) == 0 else { throw refused("a pipe") }
    defer { System.close(ends[0]) }
    let output = apus_output_file()
    guard output >= 0 else {
      System.close(ends[1])
      throw refused("a file for output")
    }
    let results = apus_memory(0)
    guard results >= 0 else {
      System.close(ends[1])
      System.close(output)
      throw refused("memory for results")
    }
    let arguments = [
      System.programName ?? program, WorkerProcesses.argument, "\(number)", "\(workers)",
      "\(coreCount)", "\(arrays.byteCount)",
    ]
    let environment = environment
    let descriptors = [
      ends[0], memory.descriptor, bell.waiting, poolBell.ringing, output, results,
      arrays.descriptor,
    ]
    var watch: Int32 = -1
    let pid = withStrings(arguments) { arguments in
      withStrings(environment) { environment in
        apus_start_worker(program, arguments, environment, descriptors, &watch)
      }
    }
    guard pid > 0 else {
      let error = refused("a process")
      System.close(ends[1])
      System.close(output)
      System.close(results)
      throw error
    }
    return Worker(
      number: number, pid: pid, watch: watch, lifeline: ends[1], output: WorkerOutput(file: output),
      results: results, bell: bell, memory: memory)
  }

  /// This process's variables, with the share of the cores for the worker and for what it starts.
  ///
  /// The numbers of threads that somebody has set for libraries are left as they are.
  private var environment: [String] {
    var variables = System.environment
    let own = [WorkerProcesses.variable: 1, "APUS_NUM_THREADS": coreCount]
    variables.removeAll { variable in own.keys.contains { variable.hasPrefix($0 + "=") } }
    variables += own.map { "\($0)=\($1)" }
    let ofLibraries = [
      "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
      "VECLIB_MAXIMUM_THREADS",
    ]
    for name in ofLibraries where !variables.contains(where: { $0.hasPrefix(name + "=") }) {
      variables.append("\(name)=\(coreCount)")
    }
    return variables
  }

  private func refused(_ what: String) -> WorkerError {
    WorkerError(
      .systemRefused,
      "The system gave no \(what.hasPrefix("a ") ? String(what.dropFirst(2)) : what) for a worker: \(System.lastError)."
    )
  }

  /// Calls `body` with C strings that end with a null pointer.
  private func withStrings<Output>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Output
  ) -> Output {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }
}
