// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser

/// `apus random`: the random numbers of any task, who gets which, and whether a run shared any.
struct RandomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "random",
    abstract: "Print random numbers of any stream, explain and check streams.",
    subcommands: [
      RandomDrawCommand.self, RandomExplainCommand.self, RandomOverlapCommand.self,
      RandomBatteryCommand.self,
    ],
    defaultSubcommand: RandomDrawCommand.self)
}
