// Part of Apus, Apache-2.0. See LICENSE.

/// The version of the tool and its libraries.
enum ToolVersion {
  static let current = "0.1.0"
}
