#include "cut_text.h"
#include "memory_file.h"
#include "targets.h"

namespace heed::fuzz {

void sentencepiece(std::string_view bytes) {
  const MemoryFile file(bytes);
  try {
    cut_text(Vocabulary::load(file.path()));
  } catch (const Error&) {
  }
}

}  // namespace heed::fuzz
