// Part of Apus, Apache-2.0. See LICENSE.
//
// Functions of the dynamic loader that Swift's import of the C library lacks.
#pragma once

/// The file that contains a code address, or NULL.
const char *apus_file_of_address(const void *address);

/// Calls `found` with the path of each library loaded in the process.
void apus_each_library(void (*found)(const char *path, void *context), void *context);
