// Part of Apus, Apache-2.0. See LICENSE.
//
// What the dynamic loader knows, where Swift's view of the C library does not show it.
#pragma once

/// The file in which an address of code lies, or NULL.
const char *apus_file_of_address(const void *address);

/// Calls `found` with the path of each library of the process.
void apus_each_library(void (*found)(const char *path, void *context), void *context);
