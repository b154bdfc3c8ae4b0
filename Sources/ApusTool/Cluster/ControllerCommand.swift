// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusArchive
  import ApusCluster
  import ArgumentParser
  import Foundation
  import Logging

  /// `apus controller`: takes the options of `ipcontroller`.
  struct ControllerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "controller",
      abstract: "Route work between clients and engines of IPython Parallel.",
      discussion: """
        Takes the options, variables and configuration files of ipcontroller and writes the same
        connection files, so that ipcluster, ipengine and ipyparallel.Client work with it unchanged.
        """)

    @Argument(parsing: .captureForPassthrough, help: "The options of ipcontroller.")
    var words: [String] = []

    func run() throws {
      let arguments: ControllerArguments
      let settings: ControllerSettings
      do {
        arguments = try ControllerArguments(words)
        if arguments.wantsHelp {
          print(ControllerHelp.text)
          return
        }
        if arguments.wantsVersion {
          print(ApusCommand.configuration.version)
          return
        }
        let profile = ControllerProfile(
          arguments, environment: ProcessInfo.processInfo.environment)
        settings = try ControllerSettings(profile.settings, profileDirectory: profile.directory)
      } catch {
        throw ToolError.input(error.description)
      }
      try Self.serve(settings)
    }

    private static func archive(
      _ configuration: ControllerConfiguration
    ) throws -> (any RecordArchive)? {
      guard configuration.store == .sqlite else { return nil }
      let file = configuration.databaseFile
      return try SQLiteArchive(
        path: file.hasPrefix("/") ? file : configuration.profileDirectory + "/" + file)
    }

    private static func serve(_ settings: ControllerSettings) throws {
      var configuration = settings.configuration
      if let folder = settings.workDirectory,
        !FileManager.default.changeCurrentDirectoryPath(folder)
      {
        throw ToolError.input("cannot work in \(folder)")
      }
      if let path = settings.keyFile {
        guard let key = try? String(contentsOfFile: path, encoding: .utf8) else {
          throw ToolError.input("cannot read the key file \(path)")
        }
        configuration.key = key.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      StopSignals.hold()
      OpenFiles.raise()
      do {
        try ConnectionFiles(configuration).makeFolders()
        let log = try ControllerLog.make(settings, configuration)
        for warning in settings.warnings { log.warning("\(warning)") }
        let controller = try Controller(
          configuration, log: log, archive: try archive(configuration))
        let stop = controller.stopper
        if ProcessInfo.processInfo.environment[ReportPipe.variable] != nil {
          ReportPipe.write("ready\n", isLast: true)
        }
        StopSignals.listen { signal in
          if StopSignals.isOfChild(signal) { return }
          log.critical("received signal \(signal), stopping")
          stop()
        }
        controller.run()
      } catch {
        throw ToolError.failure("\(error)")
      }
    }
  }
#endif
