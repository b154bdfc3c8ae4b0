// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// The number of cores this process may use, and what determined it.
///
/// Everything in Apus that starts threads uses it. The first of these that is set decides: a value
/// set by the program, then the environment variables `APUS_NUM_THREADS`, `OMP_NUM_THREADS` (its
/// first number) and `SLURM_CPUS_PER_TASK`. Otherwise it is the smallest of the process's CPU
/// affinity, its control group quota and the machine's cores.
///
/// ```swift
/// print(ThreadBudget.current)   // 2 (affinity)
/// ThreadBudget.set(1)           // from here on maps run on one core by default
/// ```
/// - Reproducibility: a budget never changes a result, only the time it takes.
public struct ThreadBudget: Sendable, Hashable, CustomStringConvertible {
  /// What determined the number.
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

  /// The largest number of threads of a process; more would not speed up any loop.
  static let maximum = 1024

  /// The number of cores, at least 1.
  public let count: Int
  /// What determined the number.
  public let source: Source
  /// Messages about environment variables that were ignored because they hold no number of threads.
  public let warnings: [String]

  package init(count: Int, source: Source, warnings: [String] = []) {
    self.count = max(1, count)
    self.source = source
    self.warnings = warnings
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

  /// Sets the budget of this process, or reverts to the environment's.
  ///
  /// - Parameter count: at least 1; nil to revert.
  public static func set(_ count: Int?) {
    require(count ?? 1 >= 1, "A thread budget must be at least 1, not \(count ?? 0).")
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

  /// What is said of a variable that is ignored.
  package static func ignored(_ name: String, _ text: String) -> String {
    let shown = text.map { $0.isNewline ? "\\n" : String($0) }.joined()
    return "\(name)=\(shown) is not a number of threads; ignored."
  }

  /// Determines the budget from an environment and the system's limits.
  static func resolved(
    environment: (String) -> String?, system: System
  ) -> ThreadBudget {
    var warnings: [String] = []
    for source in [Source.apusVariable, .ompVariable, .slurmVariable] {
      guard let text = environment(source.rawValue), !text.isEmpty else { continue }
      let rule = source == .ompVariable ? ThreadCountRule.openMP : .number
      if let count = rule.count(text) {
        return ThreadBudget(count: min(count, maximum), source: source, warnings: warnings)
      }
      warnings.append(ignored(source.rawValue, text))
    }
    let granted = system.granted
    return ThreadBudget(count: granted.count, source: granted.source, warnings: warnings)
  }
}

extension ThreadBudget.System {
  /// The smallest of machine, affinity and quota; a quota of 1.5 cores keeps two threads busy.
  var granted: (count: Int, source: ThreadBudget.Source) {
    var best = (count: machine, source: ThreadBudget.Source.machine)
    if let affinity, affinity < best.count { best = (affinity, .affinity) }
    if let quota {
      let cores = max(1, Int(quota.rounded(.up)))
      if cores < best.count { best = (cores, .quota) }
    }
    return best
  }

  /// Counts the bits of the hexadecimal mask `Cpus_allowed:` in the text of `/proc/self/status`.
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
