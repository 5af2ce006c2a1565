#include "commands.h"

namespace heed::bench {

std::shared_ptr<Backend> ModelFlags::open() const {
  return open_backend(backend.empty() ? backend_names().front() : backend, {.threads = threads});
}

}  // namespace heed::bench
