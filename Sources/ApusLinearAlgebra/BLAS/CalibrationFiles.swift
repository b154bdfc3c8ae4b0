// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads and writes calibrations: one JSON file per machine and library, in a folder of the user's cache.
enum CalibrationFiles {
  /// The stored calibration for a subject; nil if there is none, or it cannot be read or is invalid.
  static func read(_ subject: CalibrationSubject, folder: String?) -> ThreadCalibration? {
    guard let folder, let text = text(folder + "/" + subject.fileName),
      let known = try? JSONDecoder().decode(ThreadCalibration.self, from: Data(text.utf8)),
      known.subject == subject, known.policy.isValid
    else { return nil }
    return known
  }

  /// Writes a calibration, replacing an older one, and returns its path.
  static func write(
    _ calibration: ThreadCalibration, folder: String?
  ) throws(CalibrationError) -> String {
    let path = try prepare(folder) + "/" + calibration.subject.fileName
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileBytes.write(Array(encoder.encode(calibration)), to: path)
    } catch {
      let text = "\(error)"
      throw .notStored(path: path, reason: text.hasSuffix(".") ? String(text.dropLast()) : text)
    }
    return path
  }

  /// Creates a folder and its parents, and checks that files can be written there.
  static func prepare(_ folder: String?) throws(CalibrationError) -> String {
    guard let folder else {
      throw .notStored(
        path: "The calibration",
        reason: "neither XDG_CACHE_HOME nor HOME is the absolute path of a folder")
    }
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/" + part
      mkdir(made, 0o755)  // an existing folder is not an error
    }
    guard access(folder, W_OK) == 0 else {
      throw .notStored(path: folder, reason: String(cString: strerror(errno)))
    }
    return folder
  }

  /// The text of a small system file.
  static func text(_ path: String) -> String? {
    (try? FileBytes.read(path)).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension CalibrationSubject {
  /// A backend on this machine, with the threads that this process may use.
  init(_ blas: BLAS) {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, 255)
    let host = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let models = CalibrationFiles.text("/proc/cpuinfo")?.split(separator: "\n").filter {
      $0.hasPrefix("model name") || $0.hasPrefix("CPU part")
    }
    let model = models?.first?.split(separator: ":").last.map {
      String($0.drop { $0 == " " })
    }
    self.init(
      host: host, processor: model ?? "unknown", info: blas.info,
      threads: BLAS.withBackend(blas) { LinearAlgebraBudget.current.count })
  }
}
