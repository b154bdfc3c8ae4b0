// Part of Apus, Apache-2.0. See LICENSE.
