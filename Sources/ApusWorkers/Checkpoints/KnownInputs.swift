// Part of Apus, Apache-2.0. See LICENSE.

/// Inputs of a map whose elements are at hand, so that those that a checkpoint knows can be compared at once.
package protocol KnownInputs: RandomAccessCollection<[UInt8]> where Index == Int {}
