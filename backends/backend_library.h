// Backends in shared libraries of their own, opened at run time.
#pragma once

#include <memory>
#include <string>

#include <heed/backends/backend.h>

namespace heed {

// Another number whenever backend.h, or what it includes, changes what a backend is compiled against.
inline constexpr int backend_interface = 2;

// Opens `file`, which defines, for the linker to see as C does,
//
//   extern "C" int heed_backend_interface() { return heed::backend_interface; }
//   extern "C" heed::Backend* heed_open_backend(const heed::BackendOptions& options) { return new
//   Mine(options); }
//
// and gives the backend that the second makes. The library stays open as long as the backend lives. Throws
// Error where there is no such file, it lacks one of the two, it was built against another interface, or the
// backend itself throws.
std::shared_ptr<Backend> open_backend_library(const std::string& file, const BackendOptions& options = {});

}  // namespace heed
