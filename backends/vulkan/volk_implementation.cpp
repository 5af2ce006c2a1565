// The functions of Vulkan, found in the loader at run time. Their names stay inside the library, so that a
// program which links the loader itself is not disturbed.
#define VOLK_IMPLEMENTATION
#include <volk.h>
