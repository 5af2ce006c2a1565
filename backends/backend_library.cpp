#include <dlfcn.h>
#include <fmt/format.h>

#include <heed/backends/backend_library.h>
#include <heed/graph/error.h>

namespace heed {

namespace {

using Library = std::shared_ptr<void>;

Library open_library(const std::string& file) {
  // Without a slash the loader would look for it among the system's libraries.
  const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) throw Error(fmt::format("the backend library {} cannot be opened: {}", file, dlerror()));
  return {handle, [](void* opened) { dlclose(opened); }};
}

template <typename Function>
Function* find(const Library& library, const std::string& file, const char* name) {
  void* found = dlsym(library.get(), name);
  if (!found) {
    throw Error(fmt::format(
        "{} is no backend library: it does not define {}(); backends/backend_library.h says what it must",
        file, name));
  }
  return reinterpret_cast<Function*>(found);
}

}  // namespace

std::shared_ptr<Backend> open_backend_library(const std::string& file, const BackendOptions& options) {
  const Library library = open_library(file);
  const int built_for = find<int()>(library, file, "heed_backend_interface")();
  if (built_for != backend_interface) {
    throw Error(
        fmt::format("{} was built for another heed: its interface is {}, this one's {}; build it anew", file,
                    built_for, backend_interface));
  }
  auto* open = find<Backend*(const BackendOptions&)>(library, file, "heed_open_backend");
  Backend* backend = open(options);
  if (!backend) throw Error(fmt::format("{}: heed_open_backend() gave no backend", file));
  return {backend, [library](Backend* opened) { delete opened; }};  // the library's code ends last
}

}  // namespace heed
