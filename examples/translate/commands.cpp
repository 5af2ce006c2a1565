#include "commands.h"

namespace heed::translate {

std::shared_ptr<Backend> BackendFlags::open() const {
  return open_backend(name.empty() ? backend_names().front() : name, {.threads = threads});
}

}  // namespace heed::translate
