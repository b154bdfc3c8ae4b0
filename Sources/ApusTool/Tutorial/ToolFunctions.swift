// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers

/// The functions that engines of the tool have for clients of Python.
enum ToolFunctions {
  static var named: [String: any RemoteFunction.Type] {
    ["pi": PiSlice.self, "means": MeanOfNormals.self, "forest": LeftOutForest.self]
  }
}
