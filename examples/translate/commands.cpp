#include "commands.h"

#include <heed/backends/backend_library.h>
#include <heed/models/text/files.h>

namespace heed::translate {

std::shared_ptr<Backend> BackendFlags::open() const {
  if (!library.empty()) return open_backend_library(library, {.threads = threads});
  return open_backend(name.empty() ? backend_names().front() : name, {.threads = threads});
}

void write_text(const std::string& path, const std::string& text) {
  FileWriter writer(path);
  writer.write(text);
  writer.commit();
}

}  // namespace heed::translate
