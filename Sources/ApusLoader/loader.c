// Part of Apus, Apache-2.0. See LICENSE.
#define _GNU_SOURCE
#include "ApusLoader.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

const char *apus_file_of_address(const void *address) {
  Dl_info info;
  return dladdr(address, &info) ? info.dli_fname : NULL;
}

#if defined(__APPLE__)
#include <mach-o/dyld.h>

void apus_each_library(void (*found)(const char *path, void *context), void *context) {
  for (uint32_t i = 0; i < _dyld_image_count(); i++) found(_dyld_get_image_name(i), context);
}
#else
#include <link.h>

typedef struct {
  void (*found)(const char *path, void *context);
  void *context;
} visitor;

static int visit(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  visitor *v = context;
  if (info->dlpi_name && info->dlpi_name[0]) v->found(info->dlpi_name, v->context);
  return 0;
}

void apus_each_library(void (*found)(const char *path, void *context), void *context) {
  visitor v = {found, context};
  dl_iterate_phdr(visit, &v);
}
#endif
