// Part of Apus, Apache-2.0. See LICENSE.
import Testing

/// The tests that start worker processes, one at a time: some count the processes that are left.
@Suite(.serialized) struct ProcessTests {}
