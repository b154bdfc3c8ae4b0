// Part of Apus, Apache-2.0. See LICENSE.
public import ApusWorkers

/// A colour.
public enum Colour: String, Codable, Sendable {
  /// Two of them.
  case red, blue
}

/// Values of many types.
public struct Several: Codable, Sendable {
  var whole: Int
  var large: UInt64
  var small: Int8
  var real: Double
  var single: Float
  var isTrue: Bool
  var text: String
  var colour: Colour
  var maybe: Int?
  var reals: [Double]
  var singles: [Float]
  var wholes: [Int]
  var smalls: [Int16]
  var bytes: [UInt8]
  var rows: [[Double]]
  var texts: [String]
  var named: [String: Int]
  var numbered: [Int: String]
}

/// Returns its property, and its element, as they have arrived.
public struct Kinds: RemoteFunction {
  /// The property.
  public var several: Several
  /// The results.
  public struct Both: Codable, Sendable {
    var several: Several
    var element: [Double?]
  }
  /// Returns both.
  public func callAsFunction(_ element: [Double?]) -> Both {
    Both(several: several, element: element)
  }
}
