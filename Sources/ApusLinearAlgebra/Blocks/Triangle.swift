// Part of Apus, Apache-2.0. See LICENSE.

/// Which triangle of a matrix is used, and whether its diagonal counts as 1, whatever is stored there.
struct Triangle: Sendable {
  var isLower: Bool
  var isUnit = false

  static let lower = Triangle(isLower: true)
  static let unitLower = Triangle(isLower: true, isUnit: true)
  static let upper = Triangle(isLower: false)
}
