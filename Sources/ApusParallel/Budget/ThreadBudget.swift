// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// How many cores this process may use, and who said so.
///
/// Everything in Apus that starts threads asks here. In order: what the program has set, the
/// environment variables `APUS_NUM_THREADS`, `OMP_NUM_THREADS` (its first field) and
/// `SLURM_CPUS_PER_TASK`, then the process's CPU affinity and control group quota, then the
/// machine.
///
/// ```swift
/// print(ThreadBudget.current)   // 2 (affinity)
/// ThreadBudget.set(1)           // from here on maps run on one core by default
/// ```
/// - Reproducibility: a budget never changes a result, only the time it takes.
public struct ThreadBudget: Sendable, Hashable, CustomStringConvertible {
  /// Who decided.
  public enum Source: String, Sendable, Hashable {
    /// ``ThreadBudget/set(_:)``.
    case program = "set in code"
    /// The variable `APUS_NUM_THREADS`.
    case apusVariable = "APUS_NUM_THREADS"
    /// The variable `OMP_NUM_THREADS`.
    case ompVariable = "OMP_NUM_THREADS"
    /// The variable `SLURM_CPUS_PER_TASK`.
    case slurmVariable = "SLURM_CPUS_PER_TASK"
    /// The cores the process is bound to.
    case affinity = "affinity"
    /// The control group's share of processor time.
    case quota = "cgroup quota"
    /// All cores that are online.
    case machine = "machine"
  }

  /// The number of cores, at least 1.
  public let count: Int
  /// Who decided.
  public let source: Source
  /// Variables that were set to something that is no count, and so passed over.
  public let complaints: [String]

  package init(count: Int, source: Source, complaints: [String] = []) {
    self.count = max(1, count)
    self.source = source
    self.complaints = complaints
  }

  /// "2 (affinity)".
  public var description: String { "\(count) (\(source.rawValue))" }

  private static let override = Atomic<Int>(0)
  private static let found = resolved(environment: processEnvironment, system: .current)

  /// The budget in force.
  public static var current: ThreadBudget {
    let count = override.load(ordering: .relaxed)
    return count > 0 ? ThreadBudget(count: count, source: .program) : found
  }

  /// Sets the budget of this process, or returns to what the environment says.
  ///
  /// - Parameter count: at least 1; nil to return.
  public static func set(_ count: Int?) {
    precondition(count ?? 1 >= 1, "A thread budget is at least 1, not \(count ?? 0).")
    override.store(count ?? 0, ordering: .relaxed)
  }
}

extension ThreadBudget {
  /// What the operating system grants.
  struct System: Sendable {
    var machine: Int
    var affinity: Int?
    var quota: Double?
  }

  /// The rule itself, as a function of what it looks at.
  static func resolved(
    environment: (String) -> String?, system: System
  ) -> ThreadBudget {
    var complaints: [String] = []
    for source in [Source.apusVariable, .ompVariable, .slurmVariable] {
      guard let text = environment(source.rawValue), !text.isEmpty else { continue }
      let field = text.split(separator: ",").first.map(String.init) ?? text
      let digits = field.filter { $0 != " " }
      if let count = Int(digits), count >= 1 {
        let most = WorkerPool.mostThreads
        return ThreadBudget(count: min(count, most), source: source, complaints: complaints)
      }
      complaints.append("\(source.rawValue)=\(text) is not a count of threads; passed over.")
    }
    let granted = system.granted
    return ThreadBudget(count: granted.count, source: granted.source, complaints: complaints)
  }
}

extension ThreadBudget.System {
  /// The least of machine, affinity and quota; a quota of 1.5 cores keeps two threads busy.
  var granted: (count: Int, source: ThreadBudget.Source) {
    var best = (count: machine, source: ThreadBudget.Source.machine)
    if let affinity, affinity < best.count { best = (affinity, .affinity) }
    if let quota {
      let cores = max(1, Int(quota.rounded(.up)))
      if cores < best.count { best = (cores, .quota) }
    }
    return best
  }

  /// Counts the bits of the line `Cpus_allowed:` of `/proc/self/status`, which is hexadecimal.
  static func allowedProcessors(status: String) -> Int? {
    let label = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else {
      return nil
    }
    let count = line.dropFirst(label.count).reduce(0) { sum, digit in
      sum + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : nil
  }
}
