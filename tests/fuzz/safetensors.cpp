#include "memory_file.h"
#include "require.h"
#include "targets.h"

#include <heed/models/training/safetensors.h>

namespace heed::fuzz {

void safetensors(std::string_view bytes) {
  const MemoryFile file(bytes);
  try {
    std::size_t elements = 0;
    for (const auto& [name, array] : read_safetensors(file.path()).tensors) {
      elements += static_cast<std::size_t>(array.type().bytes());
      if (array.shape().elements() > 0) array.number(array.shape().elements() - 1);
    }
    require(elements <= bytes.size(), "tensors hold no more bytes than their file");
  } catch (const Error&) {
  }
}

}  // namespace heed::fuzz
