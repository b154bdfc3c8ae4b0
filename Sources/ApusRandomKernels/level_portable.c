// Part of Apus, Apache-2.0. See LICENSE.
// Baseline level: whatever the target's default instruction set is (SSE2, NEON).
#define APUS_LEVEL_NAME portable
#define APUS_BYTES 16
#include "kernels.h"
