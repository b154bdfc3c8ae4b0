// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusController
  import ApusTransport
  import Foundation
  import Logging

  /// The log of a controller, on standard error or in a file of the profile.
  enum ControllerLog {
    static func make(
      _ reader: ControllerSettingsReader, _ settings: ControllerSettings
    ) throws -> Logger {
      var log: Logger
      if reader.logsToFile {
        let name = "ipcontroller-\(settings.profile.clusterID)-\(LocalHost.processID).log"
        let path = settings.profile.logDirectory + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: nil),
          let file = FileHandle(forWritingAtPath: path)
        else { throw ToolError.failure("cannot write the log \(path)") }
        log = Logger(label: "controller") { _ in LineLogHandler(file) }
      } else {
        log = Logger(label: "controller") { _ in LineLogHandler(.standardError) }
      }
      log.logLevel = level(reader.logLevel)
      return log
    }

    /// The level that a number has in Python's `logging`.
    private static func level(_ number: Int) -> Logger.Level {
      switch number {
      case ...10: .debug
      case ...20: .info
      case ...30: .warning
      case ...40: .error
      default: .critical
      }
    }
  }

  /// Writes each entry as a line: time, level, text.
  struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let file: FileHandle

    init(_ file: FileHandle) { self.file = file }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let time = Date().formatted(
        .iso8601.year().month().day().time(includingFractionalSeconds: true))
      let line = "\(time) \(event.level) \(event.message)\n"
      try? file.write(contentsOf: Data(line.utf8))
    }
  }
#endif
