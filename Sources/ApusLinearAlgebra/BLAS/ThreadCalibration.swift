// Part of Apus, Apache-2.0. See LICENSE.

/// The sizes above which threads pay on one machine with one library, as measured there.
///
/// It is stored for this machine and library, and read again when the library is loaded.
public struct ThreadCalibration: Sendable, Hashable, Codable {
  /// The order above which a number of threads is faster than one, for one operation.
  public struct Threshold: Sendable, Hashable, Codable {
    /// The operation: "product", "gram", "solve", "matrixVector", "lu", "qr", "applyQ", "symmetricEigen",
    /// "eigen" or "svd".
    public let operation: String
    /// The number of threads.
    public let threads: Int
    /// The least number of rows and columns at which they pay; nil if they paid at no size that was tried.
    public let order: Int?
    /// The speedup over one thread at that order, or at the largest that was tried.
    public let gain: Double
  }

  /// The machine and library on which it was measured.
  public internal(set) var subject: CalibrationSubject
  /// The results for each operation and number of threads.
  public internal(set) var thresholds: [Threshold] = []
  var policy: ThreadPolicy

  init(subject: CalibrationSubject, policy: ThreadPolicy) {
    self.subject = subject
    self.policy = policy
  }

  /// Adds the samples of one operation with one number of threads.
  mutating func add(
    _ operation: ThreadPolicy.Operation, threads: Int, samples: [Crossover.Sample]
  ) {
    guard let last = samples.last else { return }
    let first = Crossover.first(in: samples)
    thresholds.append(
      Threshold(
        operation: operation.rawValue, threads: threads, order: first?.order,
        gain: (first ?? last).gain))
    guard let first else { return }
    policy.steps[operation, default: []].append(.init(threads: threads, work: first.work))
    policy.steps[operation]?.sort { $0.work < $1.work }
  }
}

/// The machine, library and number of threads for which a calibration is valid.
public struct CalibrationSubject: Sendable, Hashable, Codable {
  /// The machine's name.
  public let host: String
  /// The model of its processor.
  public let processor: String
  /// The library: name, version and kernels.
  public let library: String
  /// Its first file; nil for the native backend.
  public let file: String?
  /// The most threads that were tried.
  public let threads: Int

  init(host: String, processor: String, info: BLASInfo, threads: Int) {
    self.host = host
    self.processor = processor
    library =
      "\(info.name) \(info.version) \(info.core) \(info.threadLayer)"
      + (info.hasNativeProducts && !info.paths.isEmpty ? " \(NativeLevel.name)" : "")
    file = info.paths.first
    self.threads = threads
  }

  /// The name of its file, of letters, digits, dots and hyphens; it also depends on the library's path.
  var fileName: String {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
    let words = "\(host) \(library) T\(threads) \(Self.digest(file ?? ""))"
    return String(words.map { allowed.contains($0) ? $0 : "-" }) + ".json"
  }

  /// A short hash of a text (FNV-1a), the same in every process.
  private static func digest(_ text: String) -> String {
    let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return String(hash, radix: 16)
  }
}
